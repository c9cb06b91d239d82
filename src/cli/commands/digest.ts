import { Option, type Command } from 'commander';
import { parseWeek, lastWeek, weekOf, type Week } from '../../store/digests/week.ts';
import { NoDataError, readDigest } from '../../digest/read/readDigest.ts';
import { policyOf } from '../../channels/channels.ts';
import { sendDigest } from '../../digest/sendDigest.ts';
import { renderDigestHtml } from '../../serve/pages/digests/digests.ts';
import { digestJson } from '../../digest/text/digestJson.ts';
import { renderText } from '../../digest/text/renderText.ts';
import type { Digest } from '../../store/digests/digest.ts';
import { openDigestStore } from '../../engines/openHistory.ts';
import type { HistoryReader } from '../../store/history.ts';
import { composeNotifier } from '../../daemon/composeNotifier.ts';
import { formatTime } from '../../model/time.ts';
import { plural } from '../../model/text/units.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import {
  withHistory,
  presentCluster,
  loadContext,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';

type Format = 'text' | 'html' | 'json';

interface DigestOptions extends ConfigOption {
  readonly week?: string;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly offline?: boolean;
  readonly output?: Format;
}

/** What cannot be sent within this time waits for the daemon. */
const SEND_MS = 30_000;

export function registerDigest(command: Command, io: Io): void {
  command
    .option('--week <week>', 'an ISO week such as 2026-W47 (default: the last whole week)')
    .option('--dry-run', 'print it and send nothing')
    .option('--again', 'send it although this week’s was sent already')
    .option('--offline', 'from the history alone: autoscalers and owners of manifests stay unknown')
    .addOption(
      new Option('-o, --output <format>', 'print it as (default with --dry-run: text)').choices([
        'text',
        'html',
        'json',
      ]),
    )
    .action((options: DigestOptions) => runDigest(options, io));
}

async function runDigest(options: DigestOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { config } = context.loaded;
  const dryRun = options.dryRun === true;
  const week = chosenWeek(options, config.schedule.timezone, io);
  try {
    await withHistory(config, async (reader) => {
      const snapshot =
        options.offline === true ? null : await (await presentCluster(context, io)).snapshot();
      const { thresholds } = context.loaded;
      const policy = policyOf(config);
      const request = { config, policy, thresholds, week, now: io.now(), snapshot };
      if (dryRun) {
        const digest = await readDigest(reader, { ...request, reach: policy.reach, late: null });
        io.out(await render(digest, options.output ?? 'text'));
        return;
      }
      const sent = await send(io, reader, context, { ...request, again: options.again === true });
      if (sent === null) {
        const before = await reader.digest(week.name);
        const when = before === null ? '' : ` at ${formatTime(before.sentAt)}`;
        io.err(`The digest of ${week.name} was sent already${when}: --again sends it once more.\n`);
        return;
      }
      if (options.output !== undefined) io.out(await render(sent, options.output));
    });
  } catch (error) {
    if (error instanceof NoDataError) throw new CommandFailed(error.message);
    throw error;
  }
}

async function send(
  io: Io,
  history: HistoryReader,
  { loaded, log }: CommandContext,
  request: Omit<Parameters<typeof sendDigest>[2], 'dueAt' | 'installedAt'>,
): Promise<Digest | null> {
  const store = await openDigestStore(loaded.config.history.path);
  const { notifier, store: deliveries, close } = await composeNotifier(loaded, log);
  try {
    const { installedAt } = await deliveries.view(request.now);
    const digest = await sendDigest(history, store, { ...request, dueAt: null, installedAt });
    if (digest === null) return null;
    const { sent, failed, dead } = await notifier.deliver(AbortSignal.timeout(SEND_MS));
    const waits = failed + dead > 0 ? `, ${failed + dead} could not be sent yet` : '';
    io.err(`The digest of ${digest.week.name} went out in ${plural(sent, 'message')}${waits}.\n`);
    return digest;
  } finally {
    await close();
    await store.close();
  }
}

function chosenWeek({ week, dryRun }: DigestOptions, timezone: string, io: Io): Week {
  if (week === undefined) return lastWeek(io.now(), timezone);
  const parsed = parseWeek(week, timezone);
  const example = lastWeek(io.now(), timezone).name;
  if (parsed === null)
    throw new UsageError(`--week: "${week}" is not an ISO week: write it as ${example}`);
  const current = weekOf(io.now(), timezone);
  if (parsed.start > current.start)
    throw new UsageError(
      `--week: ${parsed.name} has not begun yet; the last whole week is ${example}`,
    );
  if (parsed.start === current.start && dryRun !== true)
    throw new UsageError(
      `--week: ${parsed.name} is not over yet: --dry-run shows it so far, the last whole week is ${example}`,
    );
  return parsed;
}

async function render(digest: Digest, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(digestJson(digest), null, 2)}\n`;
  return format === 'html' ? renderDigestHtml(digest) : renderText(digest);
}
