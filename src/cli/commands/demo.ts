import type { Command } from 'commander';
import { formatTime } from '../../model/time.ts';
import { runBackfill } from './backfill.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import { VERSION } from '../../daemon/version.ts';

interface DemoCliOptions {
  readonly once?: boolean;
  readonly dir: string;
  readonly days?: string;
  readonly seed: string;
  readonly clusters: string;
  readonly postgres?: boolean;
}

/** Baselines need a day before the first miner comes; Prometheus' blocks of more than this take minutes. */
const DAYS = { least: 3, most: 60 } as const;

/** Each has its own Prometheus. */
const MOST_CLUSTERS = 9;

export default function register(command: Command, io: Io): void {
  command
    .option('--once', 'end when everything has been shown; exit 1 when a promise was not kept')
    .option('--dir <folder>', 'where its files go; an earlier demo there is replaced', '.demo')
    .option(
      '--days <number>',
      'how much history is made up (default: 14; 3 with --clusters or --postgres)',
    )
    .option('--seed <number>', 'another seed is another cluster', '7')
    .option('--clusters <number>', 'how many clusters are made up', '1')
    .option('--postgres', 'keep the history in a PostgreSQL of its own, which ends with the demo')
    .action((options: DemoCliOptions) => demo(options, io));
}

async function demo(options: DemoCliOptions, io: Io): Promise<void> {
  const seed = wholeNumber(options.seed, '--seed');
  const clusters = wholeNumber(options.clusters, '--clusters');
  if (clusters < 1 || clusters > MOST_CLUSTERS)
    throw new UsageError(`--clusters: ${clusters} is not between 1 and ${MOST_CLUSTERS}`);
  const postgres = options.postgres ?? false;
  const usual = clusters > 1 || postgres ? '3' : '14';
  const days = wholeNumber(options.days ?? usual, '--days');
  if (days < DAYS.least || days > DAYS.most)
    throw new UsageError(`--days: ${days} is not between ${DAYS.least} and ${DAYS.most}`);
  const once = options.once ?? false;
  const stop = stopSignals();
  try {
    // Nothing else needs the made-up cluster: it is loaded by this command alone.
    const { runDemo } = await import('../../../demo/runDemo.ts');
    await runDemo(
      { folder: options.dir, days, seed, clusters, postgres, once, version: VERSION },
      {
        ...io,
        backfill: (config, cluster, from) =>
          runBackfill({ config, cluster, from: formatTime(from), to: 'now', notify: false }, io),
      },
      stop.signal,
    );
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new CommandFailed('interrupted before it was ready; nothing is left running');
  } finally {
    stop.release();
  }
}

function wholeNumber(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option}: "${text}" is not a whole number`);
  return Number(text);
}

/** Ctrl-C, SIGTERM, and a terminal that is closed; a second Ctrl-C does not hurry it: what runs must be ended. */
function stopSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const abort = (): void => controller.abort();
  for (const name of names) process.on(name, abort);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, abort);
    },
  };
}
