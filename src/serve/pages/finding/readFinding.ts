import { stretchOf } from '../../../detect/findings/stretch.ts';
import type { Finding, FindingEvent } from '../../../model/finding.ts';
import type { Reading } from '../../../model/reading.ts';
import { SOURCE_NAMES, type Signal } from '../../../model/signal.ts';
import { floorTo, HOUR_MS, MINUTE_MS, type Span, type TimeMs } from '../../../model/time.ts';
import { silencedBy, type Silence } from '../../../store/silences/silence.ts';
import type { ServeDeps } from '../../deps.ts';
import type { FindingUse } from '../../questions/answerUse.ts';
import type { SpendSteps } from '../../questions/answerCosts.ts';
import { visibleNamespaces, type Principal } from '../../security/principal.ts';
import type { WorkloadSeries } from '../../series/readSeries.ts';
import { openFindingsAsk } from '../findings.ts';
import { clampSpan, findingSpan } from '../../series/span.ts';
import type { UsualBand } from '../../../detect/usual/usual.ts';
import type { TimelineEvent } from '../chart/panel.ts';
import type { SentMessage, StoredAction } from '../../../store/findingLog.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';

/** All that a finding's page shows. */
export interface FindingView {
  readonly finding: Finding;
  /** End of the last sealed window. */
  readonly watermark: TimeMs | null;
  readonly span: Span;
  /** The span that is shown when nothing is chosen. */
  readonly wholeSpan: Span;
  /** Null where the finding is about no workload that is known. */
  readonly use: WorkloadUse | null;
  /** What its namespace cost, where it is about that and about no workload. */
  readonly spend: SpendSteps | null;
  readonly events: readonly TimelineEvent[];
  readonly silence: Silence | null;
  /** Findings of the same cause: abuse and the costs that it makes. */
  readonly related: readonly Finding[];
}

/** What its workloads used and how they changed, with the use at the end of the span. */
export interface WorkloadUse extends FindingUse {
  readonly now: UseNow;
}

/** Reads a finding's page. @param asked the zoomed stretch; null for the whole */
export async function readFindingView(
  finding: Finding,
  asked: Span | null,
  principal: Principal,
  deps: Pick<ServeDeps, 'reader' | 'questions' | 'stores' | 'now'>,
): Promise<FindingView> {
  const { reader, stores } = deps;
  const { watermark } = await reader.status();
  const { scope, pods, startedAt } = finding;
  const useIn = (within: Span) =>
    deps.questions.findingUse({
      finding: { scope, pods, startedAt },
      ...within,
      namespaces: visibleNamespaces(principal),
    });
  let wholeSpan = findingSpan(finding, watermark);
  let found = await useIn(asked === null ? wholeSpan : clampSpan(asked));
  const seen = asked === null && found !== null ? spanOfNew(wholeSpan, found.series) : null;
  if (seen !== null) {
    wholeSpan = seen;
    found = await useIn(seen);
  }
  const span = asked === null ? wholeSpan : clampSpan(asked);
  const use = found && { ...found, now: useNow(finding, found.series, found.usual) };
  const sources = {
    events: await reader.findingEvents(finding.id),
    actions: await reader.operatorActions(finding.id),
    sent: await reader.sentMessages(finding.id),
    changes: use?.changes ?? [],
    signals: use?.signals ?? [],
  };
  return {
    finding,
    watermark,
    span,
    wholeSpan,
    use,
    spend: use === null ? await readSpend(finding, span, deps) : null,
    events: timeline(sources, span),
    related: await relatedTo(finding, principal, deps),
    silence: silencedBy(finding, await stores.silences.list(deps.now()), deps.now()),
  };
}

/** As much of the time before a workload's first data is shown, at least, so that one sees that it is new. */
const LEAST_BEFORE_MS = 30 * MINUTE_MS;

/** The span of a workload that is younger than `span`, so that its few data fill the chart; null for one that is not. */
export function spanOfNew(
  span: Span,
  {
    times,
    columns,
  }: Pick<WorkloadSeries, 'times'> & {
    readonly columns: Pick<WorkloadSeries['columns'], 'cpuUsageCores'>;
  },
): Span | null {
  const first = times[columns.cpuUsageCores.findIndex((value) => value !== null)];
  if (first === undefined) return null;
  const from = first - Math.max(LEAST_BEFORE_MS, (span.to - first) / 4);
  return from > span.from ? { ...span, from } : null;
}

/** Findings that begin so near to each other may have one cause. */
const SAME_ONSET_MS = 6 * HOUR_MS;
const MOST_RELATED = 50;

/** Of a cost spike the abuse in its namespace that began with it, and the other way round. */
async function relatedTo(
  { kind, scope: { namespace }, startedAt }: Finding,
  principal: Principal,
  { questions }: Pick<ServeDeps, 'questions'>,
): Promise<readonly Finding[]> {
  const other =
    kind === 'cost-spike' ? 'cryptojacking' : kind === 'cryptojacking' ? 'cost-spike' : null;
  if (namespace === null || other === null) return [];
  const asked = openFindingsAsk(
    { namespaces: visibleNamespaces(principal), namespace },
    MOST_RELATED,
  );
  const { findings } = await questions.findings({ ...asked, kind: other, state: 'all' });
  return findings.filter((one) => Math.abs(one.startedAt - startedAt) <= SAME_ONSET_MS);
}

/** Of what is about money: the spend of its namespace. */
async function readSpend(
  { kind, scope: { namespace } }: Finding,
  span: Span,
  { questions }: Pick<ServeDeps, 'questions'>,
): Promise<SpendSteps | null> {
  if (namespace === null || (kind !== 'cost-spike' && kind !== 'budget')) return null;
  return questions.spend({ namespace, ...span });
}

/** The use of a finding's last hour, with its yardsticks. */
export interface UseNow {
  readonly at: number | null;
  /** A mean: a workload that runs in bursts may rest at the last moment. */
  readonly cores: Reading;
  readonly lowestCores: Reading;
  readonly highestCores: Reading;
  readonly usualCores: Reading;
  readonly requestCores: Reading;
  readonly limitCores: Reading;
  readonly ramRequestBytes: Reading;
  readonly ramLimitBytes: Reading;
}

/** Up to the last window within the finding in which the use is known. */
export function useNow(
  finding: Finding,
  { times, columns }: WorkloadSeries,
  usual: UsualBand,
): UseNow {
  const { to } = stretchOf(finding);
  const index = times.findLastIndex(
    (at, place) => at <= to && (columns.cpuUsageCores[place] ?? null) !== null,
  );
  const read = (values: readonly Reading[]): Reading => values[index] ?? null;
  const at = times[index] ?? null;
  const hour = at === null ? [] : knownWithin(times, columns.cpuUsageCores, at - HOUR_MS, at);
  return {
    at,
    cores: mean(hour),
    lowestCores: hour.length === 0 ? null : Math.min(...hour),
    highestCores: hour.length === 0 ? null : Math.max(...hour),
    usualCores: read(usual.middle),
    requestCores: read(columns.cpuRequestCores),
    limitCores: read(columns.cpuLimitCores),
    ramRequestBytes: read(columns.ramRequestBytes),
    ramLimitBytes: read(columns.ramLimitBytes),
  };
}

/** Of what is known; null of nothing. */
export function mean(known: readonly number[]): Reading {
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** What is known in (from, to]. */
export function knownWithin(
  times: readonly number[],
  values: readonly Reading[],
  from: number,
  to: number,
): readonly number[] {
  return values.filter((value, place): value is number => {
    const at = times[place] ?? -Infinity;
    return value !== null && at > from && at <= to;
  });
}

interface TimelineSources {
  readonly events: readonly FindingEvent[];
  readonly actions: readonly StoredAction[];
  readonly sent: readonly SentMessage[];
  readonly changes: readonly WorkloadEvent[];
  readonly signals: readonly Signal[];
}

const VERBS: Readonly<Record<FindingEvent['type'], string>> = {
  opened: 'Detected',
  reopened: 'Opened again',
  worse: 'Got worse',
  better: 'Got better',
  acknowledged: 'Acknowledged',
  accepted: 'Accepted',
  closed: 'Resolved',
};

const DECISION_VERBS: Readonly<Record<StoredAction['action'], string>> = {
  acknowledge: 'acknowledged it',
  accept: 'accepted it',
  reopen: 'opened it again',
  'not-abuse': 'marked it as not abuse',
  plan: 'planned an event',
  cancel: 'withdrew a planned event',
};

/** Everything in a span, oldest first. */
export function timeline(sources: TimelineSources, span: Span): readonly TimelineEvent[] {
  const { events, actions, sent, changes, signals } = sources;
  const all: TimelineEvent[] = [
    ...changes.map(({ at, text }) => event(at, 'change', text)),
    ...signalEvents(signals),
    // Decisions are listed below with the name of the person: not twice.
    ...events
      .filter(({ type }) => type !== 'acknowledged' && type !== 'accepted')
      .map(({ type, at, reason }) => event(at, 'finding', `${VERBS[type]}: ${reason}`)),
    ...actions.map(({ action, decision }) =>
      event(
        decision.at,
        'person',
        `${decision.by} ${DECISION_VERBS[action]}${decision.reason === null ? '' : `: ${decision.reason}`}`,
      ),
    ),
    ...sent.map(({ at, channel, target }) =>
      event(at, 'message', `Sent to ${target === '' ? channel : `${channel} ${target}`}`),
    ),
  ];
  return all
    .filter(({ at }) => at >= span.from && at <= span.to)
    .sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));
}

/** What other tools say; the same within an hour is one event. */
function signalEvents(signals: readonly Signal[]): readonly TimelineEvent[] {
  const same = new Map<string, { readonly first: Signal; count: number }>();
  for (const signal of signals.toReversed()) {
    const { source, text, at, count } = signal;
    const key = JSON.stringify([source, text, floorTo(at, HOUR_MS)]);
    const known = same.get(key);
    if (known === undefined) same.set(key, { first: signal, count });
    else known.count += count;
  }
  return Array.from(same.values(), ({ first, count }) => {
    const times = count === 1 ? '' : ` (${count} times)`;
    return event(first.at, 'signal', `${SOURCE_NAMES[first.source]}: ${first.text}${times}`);
  });
}

function event(at: TimeMs, kind: TimelineEvent['kind'], text: string): TimelineEvent {
  return { at, kind, text };
}
