import { formatTime, type TimeMs } from '../../src/model/time.ts';
import { startBurnwatch, type CliOptions, type CliProcess } from './cli.ts';
import { until } from './waiting.ts';

/** A daemon that runs, and where its listeners are. */
export interface Daemon extends AsyncDisposable {
  readonly process: CliProcess;
  readonly pages: string;
  readonly probes: string;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
}

/** Starts `burnwatch run` and waits until it runs and all its clusters answer. */
export async function startDaemon(options: CliOptions): Promise<Daemon> {
  const process = startBurnwatch(['run', '--log-format', 'text'], options);
  try {
    await process.shows(/Burnwatch is running/);
    const [, pages = '', probes = ''] =
      /Burnwatch is running.*?pages=(\S+?) probes=([^\s)]+)/.exec(process.stderr) ?? [];
    // Of several clusters each says that it runs: the first one says so before the others answer.
    await until('the daemon to be ready', async () => (await fetch(`${probes}/-/ready`)).ok);
    return {
      process,
      pages,
      probes,
      metrics: async () => (await fetch(`${probes}/metrics`)).text(),
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/** The line that says that all is sealed up to `until`; while a daemon catches up it says other things about it. */
export function sealedUpTo(until: TimeMs): RegExp {
  return new RegExp(`info +Sealed \\(sealed=.* until=${formatTime(until)} `);
}
