import type { Finding } from '../../model/finding.ts';
import { DAY_MS, type TimeMs, type Span } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { SeriesQuery } from '../../store/usage.ts';
import { findingWorkloads, readFindingSeries } from '../series/findingSeries.ts';
import { readSeries, type WorkloadSeries } from '../series/readSeries.ts';
import { withLive } from '../series/withLive.ts';
import type { AnswerContext } from './answerContext.ts';

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
const MAX_CHANGES = 500;

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
    limit: MAX_CHANGES,
  });
  return { series, changes };
}
