import { usualHours } from '../../detect/usual.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { UsagePoint } from '../../store/usage.ts';
import type { Finding } from '../../model/finding.ts';
import { sumKnown } from '../../model/reading.ts';
import type { Span, TimeMs } from '../../model/time.ts';

/** What charts read of the history. */
export type UsageReader = Pick<HistoryReader, 'usage' | 'workloadsOf'>;

/** A group is drawn from at most this many workloads. */
const MAX_WORKLOADS = 10;
/**
 * What a finding's workload used, window by window; for a finding about several workloads (one image, a
 * chain of one-shot pods) the sum over those that its pods belong to. Empty where it is about neither.
 */
export async function findingUsage(
  finding: Finding,
  span: Span,
  reader: UsageReader,
): Promise<readonly UsagePoint[]> {
  const { namespace, workload, container } = finding.scope;
  if (namespace === null) return [];
  if (workload !== null) {
    return reader.usage({ namespace, workload, container, pod: null, ...span });
  }
  const workloads = (await reader.workloadsOf(namespace, finding.pods)).slice(0, MAX_WORKLOADS);
  const each = await Promise.all(
    workloads.map((one) =>
      reader.usage({ namespace, workload: one, container: null, pod: null, ...span }),
    ),
  );
  return sumByWindow(each.flat());
}

/** The hours before a finding of one workload, which say what is usual; none of a group's. */
export async function hoursBefore(
  { scope, startedAt }: Finding,
  reader: Pick<HistoryReader, 'usageSeries'>,
): Promise<readonly UsagePoint[]> {
  const { namespace, workload, container } = scope;
  if (namespace === null || workload === null) return [];
  const place = { namespace, workload, container, pod: null };
  return (await reader.usageSeries({ ...place, ...usualHours(startedAt) })).points;
}

function sumByWindow(points: readonly UsagePoint[]): readonly UsagePoint[] {
  const sums = new Map<TimeMs, UsagePoint>();
  for (const point of points) {
    const sum = sums.get(point.window.end);
    sums.set(point.window.end, sum === undefined ? point : added(sum, point));
  }
  return [...sums.values()].sort((a, b) => a.window.end - b.window.end);
}

/** What the chart shows of a point; what one of them does not know is left to the others. */
const CHARTED = [
  'cpuUsageCores',
  'cpuRequestCores',
  'cpuLimitCores',
  'ramUsageBytes',
  'ramPeakBytes',
  'ramRequestBytes',
  'ramLimitBytes',
] as const;

function added(a: UsagePoint, b: UsagePoint): UsagePoint {
  const sums = CHARTED.map((key) => [key, sumKnown([a[key], b[key]])] as const);
  return { ...a, ...Object.fromEntries(sums) };
}
