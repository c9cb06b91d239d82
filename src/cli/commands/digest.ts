import { Option, type Command } from 'commander';
import { parseWeek, lastWeek, weekOf, type Week } from '../../store/digests/week.ts';
import { NoDataError, readDigest } from '../../digest/read/readDigest.ts';
import { policyOf } from '../../channels/channels.ts';
import { speakerOf, withOtherHistories } from '../../cost/fleet.ts';
import { mergeDigests } from '../../digest/merge/mergeDigests.ts';
import { mergeWithOthers, readOtherDigests } from '../../digest/merge/readFleetDigests.ts';
import { sendDigest, type SendOptions } from '../../digest/sendDigest.ts';
import { renderDigestHtml } from '../../serve/pages/digests/digests.ts';
import { digestJson } from '../../digest/text/digestJson.ts';
import { renderText } from '../../digest/text/renderText.ts';
import type { Digest } from '../../store/digests/digest.ts';
import { openDigestStore, openHistoryReader } from '../../engines/openHistory.ts';
import { HistoryError, type HistoryReader } from '../../store/history.ts';
import { composeNotifier } from '../../daemon/composeNotifier.ts';
import { formatTime } from '../../model/time.ts';
import { plural } from '../../model/text/units.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import { presentObjects, type OfflineOption } from '../presentCluster.ts';
import {
  loadContexts,
  withHistory,
  withOpened,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';
import { jsonText } from '../../model/text/table.ts';

type Format = 'text' | 'html' | 'json';

interface DigestOptions extends ConfigOption, OfflineOption {
  readonly week?: string;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly output?: Format;
}

/** What a digest is made of, whether it is printed or sent. */
type DigestRequest = Omit<SendOptions, 'dueAt' | 'again' | 'sentAs' | 'installedAt'>;

/** What cannot be sent within this time waits for the daemon. */
const SEND_MS = 30_000;

export default function register(command: Command, io: Io): void {
  command
    .option('--week <week>', 'an ISO week such as 2026-W47 (default: the last whole week)')
    .option('--dry-run', 'print it and send nothing')
    .option('--again', 'send it although this week’s was sent already')
    .option('--offline', 'from the history alone, without asking the cluster')
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
  const contexts = loadContexts(options, io);
  const week = chosenWeek(options, contexts[0]!.loaded.config.schedule.timezone, io);
  try {
    if (options.dryRun === true) await print(contexts, week, options, io);
    else await sendAll(contexts, week, options, io);
  } catch (error) {
    if (error instanceof NoDataError) throw new CommandFailed(error.message);
    throw error;
  }
}

/** Prints the digest of the chosen cluster, or one of all that have data of the week. */
async function print(
  contexts: readonly CommandContext[],
  week: Week,
  options: DigestOptions,
  io: Io,
): Promise<void> {
  const digests: Digest[] = [];
  let none: unknown = null;
  for (const context of contexts) {
    await withRequest(context, week, options, io, async (reader, request) => {
      const { reach } = request.policy;
      digests.push(await readDigest(reader, { ...request, reach, late: null }));
    }).catch((error: unknown) => {
      if (contexts.length === 1 || !isWithoutData(error)) throw error;
      none = error;
    });
  }
  if (digests.length === 0) throw none;
  io.out(await render(mergeDigests(digests), options.output ?? 'text'));
}

function isWithoutData(error: unknown): boolean {
  return (
    error instanceof NoDataError || (error instanceof HistoryError && error.code === 'missing')
  );
}

/**
 * Sends the digest of the chosen cluster; of several, each keeps its own and the one that speaks for all sends that of all.
 * @throws UsageError where that is another process's
 */
async function sendAll(
  contexts: readonly CommandContext[],
  week: Week,
  options: DigestOptions,
  io: Io,
): Promise<void> {
  const speaker = speakingContext(contexts, options);
  const others = contexts.filter((context) => context !== speaker);
  const again = options.again === true;
  for (const context of others)
    await withRequest(context, week, options, io, async (reader, request) => {
      const unsaid = { dueAt: null, installedAt: null, sentAs: () => null };
      await withOpened(openDigestStore(context.loaded.config.history.path), (store) =>
        sendDigest(reader, store, { ...request, ...unsaid, again }),
      );
    }).catch((error: unknown) => {
      if (!isWithoutData(error)) throw error;
    });
  const { config } = speaker.loaded;
  const found = await readOtherDigests(
    options.cluster === undefined ? config : { cluster: config.cluster },
    week,
    openHistoryReader,
  );
  await withRequest(speaker, week, options, io, async (reader, request) => {
    const sentAs = (own: Digest) => mergeWithOthers(own, found, config);
    const sent = await send(io, reader, speaker, { ...request, again, sentAs });
    if (sent === null) {
      const before = await reader.digest(week.name);
      const when = before === null ? '' : ` at ${formatTime(before.sentAt)}`;
      io.err(`The digest of ${week.name} was sent already${when}: --again sends it once more.\n`);
      return;
    }
    if (options.output !== undefined) io.out(await render(sentAs(sent), options.output));
  });
}

/** The cluster whose digest goes out: the chosen one, else the one that speaks for all. */
function speakingContext(
  contexts: readonly CommandContext[],
  { cluster }: DigestOptions,
): CommandContext {
  const [first] = contexts;
  if (cluster !== undefined) return first!;
  const name = speakerOf(first!.loaded.config);
  const speaker = contexts.find(({ loaded }) => loaded.config.cluster === name);
  if (speaker !== undefined) return speaker;
  const own = contexts.map(({ loaded }) => loaded.config.cluster).join(', ');
  throw new UsageError(
    `digest: ${name} speaks for the fleet (history.fleet), and its process sends the digest of all: run this there, or see that of ${own} with --dry-run, or send one of a cluster alone with --cluster NAME`,
  );
}

/** Reads a cluster’s history, and those of the others for budgets over all, with what its digest asks for. */
async function withRequest(
  context: CommandContext,
  week: Week,
  options: DigestOptions,
  io: Io,
  work: (reader: HistoryReader, request: DigestRequest) => Promise<void>,
): Promise<void> {
  const { config, thresholds } = context.loaded;
  await withHistory(config, (reader) =>
    withOtherHistories(config, openHistoryReader, async (others) => {
      const present = await presentObjects(reader, options, context, io);
      const policy = policyOf(config);
      const now = io.now();
      await work(reader, { config, policy, thresholds, week, now, present, others });
    }),
  );
}

async function send(
  io: Io,
  history: HistoryReader,
  { loaded, log }: CommandContext,
  request: Omit<SendOptions, 'dueAt' | 'installedAt'>,
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
  if (format === 'json') return jsonText(digestJson(digest));
  return format === 'html' ? renderDigestHtml(digest) : renderText(digest);
}
