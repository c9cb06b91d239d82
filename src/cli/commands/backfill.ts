import type { Command } from 'commander';
import { outageText } from '../../collect/collector.ts';
import { CycleRunner } from '../../daemon/cycleRunner.ts';
import { planBackfill } from '../../daemon/planBackfill.ts';
import { floorTo, formatTime } from '../../model/time.ts';
import { ProgressDisplay } from '../progress.ts';
import { parsePast, requireOrder } from '../times.ts';
import { formatDuration } from '../../model/text/units.ts';
import { CommandFailed, type Io } from '../io.ts';
import {
  interruptible,
  loadContext,
  notifyNow,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';

interface BackfillOptions extends ConfigOption {
  readonly from: string;
  readonly to: string;
  readonly notify: boolean;
  readonly rebuild?: boolean;
}

export default function register(command: Command, io: Io): void {
  command
    .requiredOption('--from <time>', 'RFC 3339, a date, or how long ago (14d)')
    .requiredOption('--to <time>', 'RFC 3339, a date, now, or how long ago (2h)')
    .option('--no-notify', 'send no messages; the next live window announces what is still open')
    .option('--rebuild', 'replay the verdicts too, from the last daily checkpoint before --from')
    .action((options: BackfillOptions) => runBackfill(options, io));
}

/** The command; the demo runs it too. */
export async function runBackfill(options: BackfillOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { window, settle } = context.loaded.config.schedule;
  const now = io.now();
  const asked = requireOrder(
    parsePast(options.from, now, '--from'),
    parsePast(options.to, now, '--to'),
  );
  const until = floorTo(Math.min(asked.end, now - settle), window);
  const startedAt = io.now();
  const sealed = await interruptible((signal) =>
    fill(context, { ...asked, end: until }, options, signal, io),
  );
  io.err(`Done in ${formatDuration(io.now() - startedAt)}: ${sealed}.\n`);
  if (options.notify) await notifyNow(context, io.now());
}

async function fill(
  context: CommandContext,
  span: { readonly start: number; readonly end: number },
  options: BackfillOptions,
  signal: AbortSignal,
  io: Io,
): Promise<string> {
  const runner = await CycleRunner.open(context.loaded, {
    command: 'backfill',
    now: io.now,
    warn: (problem) => context.log.warn(problem),
    signal,
  });
  const display = new ProgressDisplay(io);
  const onProgress = display.show.bind(display);
  try {
    const oldest = runner.watermark === null ? await runner.oldestData(signal) : null;
    const plan = planBackfill(span, runner, oldest, context.loaded.config.schedule.window);
    if (plan.note !== null) io.err(`${plan.note}\n`);
    let rebuilt = 0;
    if (options.rebuild === true && runner.watermark !== null)
      rebuilt = await runner.rebuild(plan.from, signal, onProgress);
    const summary = await runner.catchUp({
      from: plan.from,
      until: span.end,
      muted: !options.notify,
      signal,
      onProgress,
    });
    if (summary.outage !== null) {
      throw new CommandFailed(
        `${outageText(summary.outage)}; ${sealedUpTo(runner)}, run the same command again later`,
      );
    }
    const filled = summary.corrected + (await runner.correct(span.start, span.end, signal));
    display.end();
    const parts = [`${summary.sealed} windows sealed`];
    if (summary.lost > 0)
      parts.push(`${summary.lost} of them unknown, as Prometheus no longer holds them`);
    if (rebuilt > 0) parts.push(`the verdicts of ${rebuilt} windows replayed`);
    if (filled > 0) parts.push(`${filled} incomplete windows filled`);
    parts.push(sealedUpTo(runner));
    return parts.join(', ');
  } catch (error) {
    display.end();
    if (!signal.aborted) throw error;
    throw new CommandFailed(
      `interrupted; ${sealedUpTo(runner)}, run the same command again to go on`,
    );
  } finally {
    await runner.close();
  }
}

function sealedUpTo({ watermark }: CycleRunner): string {
  return watermark === null ? 'nothing is sealed yet' : `sealed up to ${formatTime(watermark)}`;
}
