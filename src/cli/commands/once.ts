import type { Command } from 'commander';
import { outageText } from '../../collect/collector.ts';
import { CycleRunner } from '../../daemon/cycleRunner.ts';
import { floorTo, formatTime, type TimeMs } from '../../model/time.ts';
import { renderSummary, toSummaryJson } from '../summaryView.ts';
import { parsePast } from '../times.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import {
  interruptible,
  loadContext,
  notifyNow,
  withOutput,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';
import { jsonText } from '../../model/text/table.ts';

interface OnceOptions extends ConfigOption {
  readonly at?: string;
  readonly dryRun?: boolean;
  readonly output: 'table' | 'json';
}

export default function register(command: Command, io: Io): void {
  command
    .option('--at <time>', 'the last complete window before this time (default: now)')
    .option('--dry-run', 'write and send nothing')
    .action((options: OnceOptions) => runOnce(options, io));
  withOutput(command, ['table', 'json']);
}

async function runOnce(options: OnceOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { config } = context.loaded;
  const until = windowEnd(options.at, context, io);
  const dryRun = options.dryRun === true;
  const from = until - config.schedule.window;
  const summary = await interruptible(async (signal) => {
    const runner = await CycleRunner.open(context.loaded, {
      command: 'once',
      now: io.now,
      warn: (problem) => context.log.warn(problem),
      signal,
      ...(dryRun && { dryRunFrom: from }),
    });
    try {
      if (!dryRun) refuseGap(runner.watermark, from, until);
      const isFirst = runner.watermark === null;
      const done = await runner.catchUp({ from, until, muted: false, dryRun, signal });
      if (isFirst && done.sealed > 0) noteBeginning(from, await runner.oldestData(signal), io);
      return done;
    } finally {
      await runner.close();
    }
  });
  const { currency } = config.pricing;
  if (summary.outage !== null) throw new CommandFailed(outageText(summary.outage));
  if (options.output === 'json') io.out(jsonText(toSummaryJson(summary, currency)));
  else io.out(renderSummary(summary, currency, dryRun));
  if (!dryRun) await notifyNow(context, io.now());
}

/** End of the last window that is complete at `--at`. Samples arrive late, hence the settle time. */
function windowEnd(at: string | undefined, { loaded }: CommandContext, io: Io): TimeMs {
  const { window, settle } = loaded.config.schedule;
  const latest = io.now() - settle;
  const asked = at === undefined ? latest : parsePast(at, io.now(), '--at');
  if (asked > io.now()) throw new UsageError(`--at ${formatTime(asked)} is in the future`);
  return floorTo(Math.min(asked, latest), window);
}

/** Windows are sealed in order: what lies between must be sealed first. */
function refuseGap(watermark: TimeMs | null, from: TimeMs, until: TimeMs): void {
  if (watermark === null || watermark >= from) return;
  throw new CommandFailed(
    `the history is sealed up to ${formatTime(watermark)}: sealing ${formatTime(from)} would leave a gap; ` +
      `run burnwatch backfill --from ${formatTime(watermark)} --to ${formatTime(until)}`,
  );
}

/** A history cannot be begun earlier later, and a first try of `once` should not decide that. */
function noteBeginning(from: TimeMs, oldest: TimeMs | null, io: Io): void {
  if (oldest === null || oldest >= from) return;
  io.err(
    `The history begins with this window, and nothing can be put before it. Prometheus holds data since ${formatTime(oldest)}: ` +
      'to begin there, set history.path to a new file and run burnwatch backfill first.\n',
  );
}
