import type { SeriesPoint, SeriesQuery } from '../../store/usage.ts';
import type { ContainerInstance, Neighbour, StoredPodSpec } from '../../store/workloads.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { Signal } from '../../model/signal.ts';
import type { Finding } from '../../model/finding.ts';
import { DAY_MS, type Span, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { HistoryReader } from '../../store/history.ts';
import {
  findingWorkloads,
  readFindingSeries,
  readSeries,
  withLive,
  type WorkloadSeries,
} from '../series/readSeries.ts';
import { usualAt, usualHours, type UsualBand } from '../../detect/usual/usual.ts';
import { isWorkload, type AnswerContext, type Whose } from './answerContext.ts';

/** Points of a chart on a page: more than its pixels show nothing. */
const CHART_POINTS = 740;
/** More changes, and more events of other tools, than a chart can hold. */
const MAX_CHANGES = 200;

export interface FindingUseAsk extends Whose, Span {
  readonly finding: Pick<Finding, 'scope' | 'pods' | 'startedAt'>;
}

export interface FindingUse {
  readonly namespace: string;
  /** One, or those of a group that is judged together. */
  readonly workloads: readonly WorkloadRef[];
  readonly series: WorkloadSeries;
  readonly usual: UsualBand;
  readonly instances: readonly ContainerInstance[];
  /** What changed about the workload in the span. */
  readonly changes: readonly WorkloadEvent[];
  /** What other tools say of it in the span, newest first. */
  readonly signals: readonly Signal[];
  /** The specification of one of its pods, the latest seen; null where no source has it. */
  readonly spec: StoredPodSpec | null;
  /** Other workloads with one of its images, as far as `namespaces` lets see them. */
  readonly neighbours: readonly Neighbour[];
}

/** How a finding's workloads behaved in a span; null where it is about no workload that is known. */
export async function answerFindingUse(
  { finding, namespaces, from, to }: FindingUseAsk,
  { reader, live, thresholds }: AnswerContext,
): Promise<FindingUse | null> {
  const span = { from, to };
  const { namespace, container } = finding.scope;
  if (namespace === null) return null;
  const workloads = await findingWorkloads(finding, reader);
  if (workloads.length === 0) return null;
  const hours: SeriesPoint[] = [];
  const instances: ContainerInstance[] = [];
  const changes: WorkloadEvent[] = [];
  const signals: Signal[] = [];
  for (const workload of workloads) {
    const scope = { namespace, workload, container, pod: null };
    const asked = { ...scope, ...usualHours(finding.startedAt) };
    // Usual use is known only of one workload: those of a group come and go.
    if (workloads.length === 1) hours.push(...(await reader.usageSeries(asked)).points);
    instances.push(...(await reader.instances({ namespace, workload, ...span })));
    const query = { namespace, workload, ...span, limit: MAX_CHANGES };
    changes.push(...(await reader.workloadEvents(query)));
    signals.push(...(await reader.signals({ ...query, namespaces: null })).signals);
  }
  const own = instances.filter((one) => container === null || one.container === container);
  const sum = await readFindingSeries(
    finding,
    workloads,
    { ...span, maxPoints: CHART_POINTS },
    { reader, live },
  );
  const known = hours.map(({ window, cpuUsageCores }) => ({
    start: window.start,
    value: cpuUsageCores,
  }));
  const usual = usualAt(sum.times, known, thresholds().abuse.baseline);
  const images = new Set(own.flatMap(({ image }) => image ?? []));
  const neighbours = await reader.neighbours([...images], finding.startedAt - DAY_MS, namespaces);
  const isOwn = (one: Neighbour) =>
    one.namespace === namespace && workloads.some((workload) => isWorkload(one.workload, workload));
  return {
    namespace,
    workloads,
    series: sum,
    usual,
    instances: own,
    changes,
    signals,
    spec: await latestSpec(reader, finding, own),
    neighbours: neighbours.filter((one) => !isOwn(one)),
  };
}

/** Of a pod that the finding names, else of the youngest. */
async function latestSpec(
  reader: HistoryReader,
  { pods, scope }: FindingUseAsk['finding'],
  instances: readonly ContainerInstance[],
): Promise<StoredPodSpec | null> {
  const pod = pods[0] ?? instances[0]?.pod;
  if (pod === undefined || scope.namespace === null) return null;
  const specs = await reader.podSpecs({ namespace: scope.namespace, pod, limit: 1 });
  return specs.at(-1) ?? null;
}

/** Callers check first whether the principal may see the namespace. */
export interface SeriesAsk extends Span {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string | null;
  /** One pod alone is read from windows: it is asked for rarely, and they know it as well. */
  readonly pod: string | null;
  readonly maxPoints: number;
}

/** What a workload used: from Prometheus where that is finer and still there. */
export async function answerSeries(
  ask: SeriesAsk,
  { reader, live }: AnswerContext,
): Promise<WorkloadSeries> {
  const recorded = await readSeries({ reader }, ask satisfies SeriesQuery);
  if (live === null || ask.pod !== null) return recorded;
  return withLive(recorded, { ...ask, workloads: [ask.workload] }, live, reader);
}

export interface FindingSeriesAsk extends Span {
  readonly finding: Pick<Finding, 'scope' | 'pods'>;
  readonly maxPoints: number;
}

/** What a finding's workloads used together; null for a finding that is about no known workload. */
export async function answerFindingSeries(
  { finding, ...span }: FindingSeriesAsk,
  { reader, live }: AnswerContext,
): Promise<WorkloadSeries | null> {
  const workloads = await findingWorkloads(finding, reader);
  if (workloads.length === 0) return null;
  return readFindingSeries(finding, workloads, span, { reader, live });
}

/** How far back changes of a workload are listed. */
const CHANGES_MS = 90 * DAY_MS;
const LISTED_CHANGES = 500;

export interface WorkloadUseAsk extends Span {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly maxPoints: number;
  /** Changes are listed from before the span up to this. */
  readonly until: TimeMs;
}

export interface RecordedUse {
  readonly series: WorkloadSeries;
  /** What changed about the workload lately, oldest first. */
  readonly changes: readonly WorkloadEvent[];
  /** What other tools say of it in the span, newest first. */
  readonly signals: readonly Signal[];
}

/** What a workload used in a span, from the history alone, and what changed about it. */
export async function answerWorkloadUse(
  { namespace, workload, from, to, until, maxPoints }: WorkloadUseAsk,
  { reader }: AnswerContext,
): Promise<RecordedUse> {
  const scope = { namespace, workload };
  const asked = { ...scope, container: null, pod: null, from, to, maxPoints };
  const series = await readSeries({ reader }, asked);
  const changes = await reader.workloadEvents({
    ...scope,
    from: Math.min(from, until - CHANGES_MS),
    to: Math.max(to, until) + 1,
    limit: LISTED_CHANGES,
  });
  const query = { ...scope, from, to, limit: MAX_CHANGES, namespaces: null };
  const { signals } = await reader.signals(query);
  return { series, changes, signals };
}
