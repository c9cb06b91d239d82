import { judgedUntil, lengthOf, stretchOf } from '../../detect/findings/stretch.ts';
import type { Finding } from '../../model/finding.ts';
import {
  findingUrl,
  formatConfidence,
  formatCost,
  formatScope,
  titleOf,
  markOf,
  pageUrl,
  personName,
  truncate,
  type RenderContext,
} from '../../model/text/format.ts';
import { cleanText } from '../../model/text/clean.ts';
import { formatDuration, formatMinute } from '../../model/text/units.ts';
import { floorTo, formatTime, HOUR_MS } from '../../model/time.ts';
import type { FindingsNotice, NoticeChange } from '../../store/notifications/notice.ts';
import { whoseMoney } from '../whoseMoney.ts';
import { callSecurity } from './callSecurity.ts';
import {
  code,
  joined,
  strong,
  text,
  type Action,
  type Block,
  type Fact,
  type Line,
  type MessageContent,
} from './content.ts';
import {
  changeEvidence,
  orderedCommands,
  spreadEvidence,
  strongestEvidence,
  suppressors,
} from './evidence.ts';

/**
 * One finding, in the order in which an operator on call reads it: verdict and confidence, where, still running?,
 * since when, the strongest reasons, how far it spread, the money; then whether to call security, and one first
 * action. A finding that is over is short and has no actions.
 */
export function findingContent(
  notice: FindingsNotice,
  finding: Finding,
  context: RenderContext,
): MessageContent {
  const isOver = finding.state === 'resolved' || finding.state === 'accepted';
  return {
    ...findingsBase(notice, findingLine(notice, finding)),
    title: `${markOf(finding)} ${headline(finding)}`,
    blocks: [
      { kind: 'text', lines: whatHappened(finding) },
      { kind: 'facts', facts: facts(notice, finding, context) },
      ...(isOver ? [] : [{ kind: 'text', lines: reasons(finding) } as const]),
      { kind: 'picture' },
      ...(isOver ? [] : whatToDo(notice, finding, context)),
      { kind: 'small', lines: small(notice, finding) },
      ...(isOver ? [] : [{ kind: 'actions', actions: actions(finding, context) } as const]),
    ],
  };
}

/** What the content of every findings notice shares. */
export function findingsBase(
  { findings, changes, note }: FindingsNotice,
  line: string,
): Pick<MessageContent, 'line' | 'status' | 'finding' | 'changes'> {
  const isAny = (state: Finding['state']) => findings.some((finding) => finding.state === state);
  return {
    line: truncate(cleanText(note === null ? line : `${line} (${note})`), 1_500),
    status: isAny('open') ? 'firing' : isAny('acknowledged') ? 'acknowledged' : 'resolved',
    finding: findings[0] ?? null,
    changes: changes.map(({ reason, text: what }) => [
      strong(reason.replaceAll('-', ' ')),
      { text: '  ' },
      text(what, 500),
    ]),
  };
}

function findingLine({ changes }: FindingsNotice, finding: Finding): string {
  const change = changes.find(({ findingId }) => findingId === finding.id);
  const why = strongestEvidence(finding, 2).map((evidence) => evidence.text);
  const head = `${headline(finding)} since ${formatMinute(finding.startedAt)}`;
  return `[${change?.reason ?? 'update'}] ${head}: ${finding.summary}.${why.length === 0 ? '' : ` Why: ${why.join('; ')}.`}`;
}

/** `Likely cryptojacking in shop/Deployment/checkout`, with what became of it. */
export function headline(finding: Finding): string {
  return `${BECAME[finding.state]}${titleOf(finding)}: ${cleanText(formatScope(finding))}`;
}

const BECAME: Readonly<Record<Finding['state'], string>> = {
  open: '',
  acknowledged: 'Acknowledged: ',
  accepted: 'Accepted: ',
  resolved: 'Resolved: ',
};

function whatHappened(finding: Finding): readonly Line[] {
  const { decision, state } = finding;
  const summary = text(finding.summary, 900);
  if (state === 'resolved')
    return [[{ text: `Resolved after ${formatDuration(lengthOf(finding))}. It was: ` }, summary]];
  if (decision === null) return [[summary]];
  const verb = state === 'accepted' ? 'Accepted' : 'Acknowledged';
  return [
    [
      strong(`${verb} by ${personName(decision.by)}`, 100),
      ...(decision.reason === null ? [] : [{ text: ': ' }, text(decision.reason, 300)]),
      ...(decision.until === null ? [] : [{ text: ', to be reviewed ' }, { time: decision.until }]),
      { text: '.' },
    ],
    [summary],
  ];
}

function facts(
  { dataUntil, at }: FindingsNotice,
  finding: Finding,
  { currency }: RenderContext,
): readonly Fact[] {
  const { kind, pods, owner, startedAt } = finding;
  const isOver = finding.state === 'resolved';
  const money = formatCost(finding, currency);
  const since: Line = [{ time: startedAt }, { text: ` (${formatDuration(lengthOf(finding))})` }];
  return [
    { label: 'Where', lines: place(finding) },
    { label: 'Since', lines: [since, running(finding, dataUntil, at)] },
    ...(kind === 'cryptojacking' && !isOver
      ? [{ label: 'Confidence', lines: [[text(formatConfidence(finding))]] }]
      : []),
    ...(money === null ? [] : [{ label: 'Money', lines: [[text(money)]] }]),
    ...(pods.length === 0 || isOver ? [] : [{ label: 'Pods', lines: [podList(pods)] }]),
    ...(owner === null ? [] : [{ label: 'Owner', lines: [[code(owner, 100)]] }]),
  ];
}

/** Two short lines: cluster and namespace, then what in it. */
function place({ scope, cluster }: Finding): readonly Line[] {
  const { namespace, workload, container, subject } = scope;
  const around: Line[] = [
    [{ text: 'cluster ' }, code(cluster, 100)],
    ...(namespace === null ? [] : [[{ text: 'namespace ' }, code(namespace, 100)]]),
  ];
  const inside: Line[] = [
    ...(workload === null
      ? []
      : [[text(workload.kind, 60), { text: ' ' }, code(workload.name, 253)]]),
    ...(container === null ? [] : [[{ text: 'container ' }, code(container, 100)]]),
    ...(subject === null ? [] : [[code(subject, 200)]]),
  ];
  return [around, inside].filter((lines) => lines.length > 0).map((lines) => joined(lines, ', '));
}

/** Whether it still runs, and how far the data reach. */
function running(finding: Finding, dataUntil: number | null, at: number): Line {
  const { kind, state, lastSeen } = finding;
  if (state === 'resolved') return [{ text: 'resolved ' }, { time: stretchOf(finding).to }];
  const until = dataUntil ?? lastSeen;
  const gap = judgedUntil(kind, until) - lastSeen;
  const still = RUNS.has(kind) ? 'still running' : 'still so';
  return [
    gap > 0 ? text(`last seen ${formatDuration(gap)} before the data end`) : strong(still),
    { text: ', data until ' },
    { time: until },
    ...(at > until ? [{ text: ` (${formatDuration(at - until)} old)` }] : []),
  ];
}

/** Kinds that are about something that runs. */
const RUNS: ReadonlySet<Finding['kind']> = new Set(['cryptojacking', 'cost-spike']);

function podList(pods: readonly string[]): Line {
  const shown: Line[] = pods.slice(0, 3).map((pod) => [code(pod, 253)]);
  const more: Line[] = pods.length > 3 ? [[text(`and ${pods.length - 3} more`)]] : [];
  return joined([...shown, ...more], ', ');
}

function reasons(finding: Finding): readonly Line[] {
  const bullets = (evidence: readonly { readonly text: string }[], max: number): Line[] =>
    evidence.map((one) => [{ text: '• ' }, text(one.text, max)]);
  const lines = (evidence: readonly { readonly text: string }[]): Line[] =>
    evidence.map((one) => [text(one.text, 300)]);
  const { length: pods } = finding.pods;
  const spread: Line[] = [
    ...(pods > 1 ? [[text(`${pods} pods`)]] : []),
    ...lines(spreadEvidence(finding)),
  ];
  const why = bullets(strongestEvidence(finding, 3), 400);
  const changed = lines(changeEvidence(finding));
  const against = bullets(suppressors(finding).slice(0, 2), 300);
  const inline = (label: string, parts: readonly Line[]): Line[] =>
    parts.length === 0 ? [] : [[strong(label), { text: '  ' }, ...joined(parts, '; ')]];
  return [
    ...(why.length > 0 ? [[strong('Why')], ...why] : []),
    ...inline('Spread', spread.slice(0, 3)),
    ...inline('Changed', changed),
    ...(against.length > 0 ? [[strong('Speaks against it')], ...against] : []),
  ];
}

function whatToDo(
  { audience }: FindingsNotice,
  finding: Finding,
  context: RenderContext,
): readonly Block[] {
  const [first, ...rest] = orderedCommands(finding, context.kubeContext);
  const costs = costsUrl(finding, context);
  const advice = callSecurity(finding, audience);
  const lead: Line[] = [
    ...(advice === null ? [] : [[strong(advice.lead), text(`: ${advice.why}`)]]),
    ...(first === undefined
      ? []
      : [[strong(`First, ${VERBS[first.effect]}`), { text: ': ' }, text(first.why, 300)]]),
    ...(costs === null ? [] : [[{ label: 'costs by workload', url: costs }]]),
  ];
  return [
    ...(lead.length === 0 ? [] : [{ kind: 'text', lines: lead } as const]),
    ...(first === undefined
      ? []
      : [{ kind: 'commands', title: null, commands: [first.command] } as const]),
    ...(rest.length === 0
      ? []
      : [
          {
            kind: 'commands',
            title: 'Then',
            commands: rest.map(({ command, effect, why }) => `# ${effect}: ${why}\n${command}`),
          } as const,
        ]),
  ];
}

/** What each effect asks of the reader; the effect's own name stands with it. */
const VERBS = { read: 'look (read)', contain: 'contain', destroy: 'stop (destroy)' } as const;

function small(notice: FindingsNotice, finding: Finding): readonly Line[] {
  const change = notice.changes.find(({ findingId }) => findingId === finding.id);
  return [
    ...(change === undefined ? [] : [changeLine(change, finding)]),
    ...remarks(notice),
    [text(finding.rule, 80), { text: ' · ' }, code(finding.id, 60)],
  ];
}

/** A text that only repeats the summary above is left out. */
function changeLine({ reason, text: what }: NoticeChange, { summary }: Finding): Line {
  const why = reason.replaceAll('-', ' ');
  return what === summary ? [{ text: why }] : [{ text: `${why}: ` }, text(what, 300)];
}

/** What else the reader should know: who gets it after the preview, where it could not be delivered. */
export function remarks({ insteadOf, note }: FindingsNotice): readonly Line[] {
  return [
    ...(insteadOf === null
      ? []
      : [[strong('Preview'), { text: ': after the preview this goes to ' }, text(insteadOf, 300)]]),
    ...(note === null ? [] : [[text(note, 400)]]),
  ];
}

function actions(finding: Finding, context: RenderContext): readonly Action[] {
  const { id: findingId, kind, state } = finding;
  const url = findingUrl(finding, context);
  return [
    ...(url === null ? [] : [{ kind: 'open', label: 'Open', url } as const]),
    ...(state === 'open' ? [{ kind: 'acknowledge', findingId } as const] : []),
    { kind: 'silence', findingId },
    ...(kind === 'cryptojacking' ? [{ kind: 'not-abuse', findingId } as const] : []),
    { kind: 'not-mine', findingId },
    { kind: 'accept', findingId },
  ];
}

/** The page that shows what the command of a finding about money prints; null for other findings. */
function costsUrl(finding: Finding, context: RenderContext): string | null {
  const whose = whoseMoney(finding);
  if (whose === null) return null;
  const query = new URLSearchParams({ by: 'workload' });
  if (finding.kind === 'budget') query.set('window', 'month');
  else query.set('from', formatTime(floorTo(finding.startedAt, HOUR_MS)));
  const [[by, value] = []] = Object.entries(whose);
  query.set('filter', `${by}=${JSON.stringify(value)}`);
  return pageUrl(`/explore?${query.toString()}`, context);
}
