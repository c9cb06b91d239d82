import { mostUrgentFirst } from '../../detect/findings/severity.ts';
import { Option, type Command } from 'commander';
import type { LoadedConfig } from '../../daemon/config/load.ts';
import { findingJsonSchema, toFindingJson } from '../../model/findingJson.ts';
import { decideFinding } from '../../detect/findings/decideFinding.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { Finding, FindingKind, FindingAction } from '../../model/finding.ts';
import { formatTime, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { printable } from '../../model/text/escape.ts';
import { nearNames } from '../../model/text/nearNames.ts';
import { renderSilentSignals } from '../explainView.ts';
import { FINDING_COLUMNS, renderFinding } from '../findingView.ts';
import { jsonText, type OutputFormat } from '../../model/text/table.ts';
import { parseFuture, parsePast } from '../times.ts';
import { kubeContextOf } from '../../notify/config.ts';
import { CommandFailed, unknownName, UsageError, type Io } from '../io.ts';
import { printRows } from '../listing.ts';
import {
  actorOf,
  loadContext,
  namespacesOf,
  watched,
  withDecisions,
  withHistory,
  withNamespace,
  withOutput,
  withWatch,
  type ConfigOption,
  type WatchOption,
} from '../options.ts';

interface ListOptions extends ConfigOption, WatchOption {
  readonly state: 'open' | 'all';
  readonly kind?: FindingKind;
  readonly since?: string;
  readonly namespace?: string;
  readonly owner?: string;
  readonly output: OutputFormat;
}

interface DecideOptions extends ConfigOption {
  readonly reason?: string;
  readonly until?: string;
}

/** Changes so long before or after an onset may have to do with it. */
const AROUND_MS = 2 * HOUR_MS;

/** Without a subcommand it lists: what that takes must not be hidden one help away. */
const LIST_HELP = `
Without a command: list, with [--state open|all] [--kind KIND] [--since TIME] [-n NAMESPACE]
[--owner NAME] [-w] [-o table|json|csv]
(burnwatch findings list --help).`;

/** Every finding that there ever was. */
const EVERY = { state: 'all', kind: null, since: null, namespaces: null } as const;

const KINDS = findingJsonSchema.shape.kind.options;

export default function register(findings: Command, io: Io): void {
  findings.addHelpText('after', LIST_HELP);
  const list = findings
    .command('list', { isDefault: true })
    .description('list findings, the most severe first (this is the default)')
    .addOption(new Option('--state <state>', 'which').choices(['open', 'all']).default('open'))
    .addOption(new Option('--kind <kind>', 'only this kind').choices(KINDS))
    .option('--since <time>', 'only those seen since: RFC 3339, a date, or how long ago (24h)')
    .option('--owner <name>', 'only those of this owner')
    .action((options: ListOptions) => watched(options, io, (to) => listFindings(options, to)));
  withNamespace(withWatch(withOutput(list)));
  const show = findings
    .command('show')
    .argument('<id>', 'an id, or its beginning')
    .description('one finding with its evidence, what happened to it, and what to do next')
    .action((id: string, options: ConfigOption & { output: OutputFormat }) =>
      showFinding(id, options, io),
    );
  withOutput(show, ['table', 'json']);
  findings
    .command('ack')
    .argument('<id>', 'an id, or its beginning')
    .description('say that you look after it: it stays open, reminders stop')
    .option('--reason <text>', 'why')
    .action((id: string, options: DecideOptions) => decide(id, 'acknowledge', options, io));
  findings
    .command('accept')
    .argument('<id>', 'an id, or its beginning')
    .description('say that it is all right until a day of review')
    .requiredOption('--reason <text>', 'why it is all right')
    .requiredOption('--until <time>', 'when to review it: RFC 3339, a date, or in how long (30d)')
    .action((id: string, options: DecideOptions) => decide(id, 'accept', options, io));
  findings
    .command('reopen')
    .argument('<id>', 'an id, or its beginning')
    .description('take back an acknowledgement or an acceptance: messages go on')
    .option('--reason <text>', 'why')
    .action((id: string, options: DecideOptions) => decide(id, 'reopen', options, io));
}

async function listFindings(options: ListOptions, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const since = options.since === undefined ? null : parsePast(options.since, io.now(), '--since');
  const { state, kind } = options;
  const newestFirst = await withHistory(config, async (reader) => {
    const namespaces = await namespacesOf(reader, options);
    return ofOwner(
      await reader.findings({ state, kind: kind ?? null, since, namespaces }),
      options.owner,
      () => reader.findings(EVERY),
    );
  });
  const found = newestFirst.toSorted(mostUrgentFirst);
  const empty = state === 'open' ? 'No open findings.' : 'No findings.';
  printRows(io, found, options.output, { columns: FINDING_COLUMNS, toJson: toFindingJson, empty });
}

/** @throws CommandFailed when no finding ever had that owner. */
async function ofOwner(
  findings: readonly Finding[],
  name: string | undefined,
  readAll: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  if (name === undefined) return findings;
  const own = findings.filter(({ owner }) => owner === name);
  if (own.length > 0) return own;
  const known = [...new Set((await readAll()).flatMap(({ owner }) => owner ?? []))];
  if (known.includes(name)) return own;
  throw unknownName('owner', name, known);
}

async function showFinding(
  id: string,
  options: ConfigOption & { readonly output: OutputFormat },
  io: Io,
): Promise<void> {
  const { loaded } = loadContext(options, io);
  const { config } = loaded;
  await withHistory(config, async (reader) => {
    const finding = await requireFinding(reader, id);
    if (options.output === 'json') {
      io.out(jsonText(toFindingJson(finding)));
      return;
    }
    const events = await reader.findingEvents(finding.id);
    const { currency } = config.pricing;
    io.out(renderFinding(finding, events, currency, kubeContextOf(config)));
    if (finding.kind !== 'cryptojacking') return;
    io.out(await renderChanges(reader, finding));
    io.out(await renderSilent(reader, loaded, finding));
  });
}

/** What changed about the workload around the onset: its image, command, owner, size, a new node. */
async function renderChanges(
  reader: HistoryReader,
  { scope: { namespace, workload }, startedAt }: Finding,
): Promise<string> {
  if (namespace === null || workload === null) return '';
  const [from, to] = [startedAt - AROUND_MS, startedAt + AROUND_MS];
  const changes = await reader.workloadEvents({ namespace, workload, from, to, limit: 20 });
  if (changes.length === 0) return '\nNothing is known to have changed about it around the onset\n';
  const lines = changes.map(({ at, text }) => `  ${formatTime(at)}  ${printable(text)}`);
  return `\nChanged around the onset\n${lines.join('\n')}\n`;
}

/** The signals that did not speak when the finding was last seen, and what would decide it. */
async function renderSilent(
  reader: HistoryReader,
  loaded: LoadedConfig,
  { scope, lastSeen, evidence }: Finding,
): Promise<string> {
  const { namespace, workload, container } = scope;
  if (namespace === null || workload === null) return '';
  const { CannotExplain, explainAbuse } = await import('../../cycle/explainAbuse.ts');
  try {
    const query = { namespace, ...workload, at: lastSeen };
    const { workloads } = await explainAbuse(reader, loaded, query, null);
    const subjects = workloads.flatMap(({ subjects }) => subjects);
    const own = subjects.find((subject) => subject.container === container);
    return renderSilentSignals(own, evidence);
  } catch (error) {
    if (error instanceof CannotExplain) return `\nNot in evidence: ${error.message}\n`;
    throw error;
  }
}

async function decide(
  id: string,
  action: FindingAction,
  options: DecideOptions,
  io: Io,
): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const now = io.now();
  if (options.reason?.trim() === '')
    throw new UsageError('--reason: say why, for those who find it later');
  const until = options.until === undefined ? null : parseFuture(options.until, now, '--until');
  const finding = await withHistory(config, (reader) => requireFinding(reader, id));
  if (action === 'reopen' && finding.state === 'open')
    throw new CommandFailed(
      `${finding.id} is open: there is no acknowledgement or acceptance to take back`,
    );
  const request = { action, reason: options.reason ?? null, until };
  await withDecisions(config, (stores) =>
    decideFinding(finding, request, actorOf(io), stores, now),
  );
  io.err(`${resultText(action, finding, until)}; the next window puts it into force\n`);
}

function resultText(action: FindingAction, finding: Finding, until: TimeMs | null): string {
  if (action === 'accept' && until !== null)
    return `${finding.id} is accepted until ${formatTime(until)}`;
  return `${finding.id} is ${action === 'reopen' ? 'open again' : 'acknowledged'}`;
}

/** A finding by its id or the beginning of it. @throws CommandFailed | UsageError where several begin so */
export async function requireFinding(reader: HistoryReader, id: string): Promise<Finding> {
  const finding = await reader.finding(id);
  if (finding !== null) return finding;
  const ids = (await reader.findings(EVERY)).map((one) => one.id);
  const alike = ids.filter((one) => one.startsWith(id));
  if (alike.length > 1)
    throw new UsageError(`${alike.length} findings begin with ${id}${nearNames(id, alike)}`);
  throw unknownName('finding', id, ids);
}
