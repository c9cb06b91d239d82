import { usualHours } from '../../detect/usual.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { UsagePoint } from '../../store/usage.ts';
import type { Finding } from '../../model/finding.ts';
import type { Reading } from '../../model/reading.ts';
import type { Span, TimeMs } from '../../model/time.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';

/** What charts read of the history. */
export type UsageReader = Pick<HistoryReader, 'usage' | 'storedWindows'>;

/** A group is drawn from at most this many workloads. */
const MAX_WORKLOADS = 10;
/** A group's pods are looked up in the windows of this long before it was last seen. */
const LOOK_BACK_MS = 15 * 60_000;

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
  const workloads = await workloadsOf(finding, namespace, reader);
  const each = await Promise.all(
    workloads.map((one) =>
      reader.usage({ namespace, workload: one, container: null, pod: null, ...span }),
    ),
  );
  return sumByWindow(each.flat());
}

/** The hours before a finding of one workload, from which it is learnt what is usual; none of a group's. */
export async function hoursBefore(
  { scope, startedAt }: Finding,
  reader: Pick<HistoryReader, 'usageSeries'>,
): Promise<readonly UsagePoint[]> {
  const { namespace, workload, container } = scope;
  if (namespace === null || workload === null) return [];
  const place = { namespace, workload, container, pod: null };
  return (await reader.usageSeries({ ...place, ...usualHours(startedAt) })).points;
}

async function workloadsOf(
  { pods, lastSeen }: Finding,
  namespace: string,
  reader: UsageReader,
): Promise<readonly WorkloadRef[]> {
  if (pods.length === 0) return [];
  const windows = await reader.storedWindows({
    namespace,
    from: lastSeen - LOOK_BACK_MS,
    to: lastSeen,
  });
  const named = new Set(pods);
  const found = new Map<string, WorkloadRef>();
  for (const pod of windows.flatMap((snapshot) => snapshot.pods)) {
    if (named.has(pod.name)) found.set(workloadKey(namespace, pod.workload), pod.workload);
  }
  return [...found.values()].slice(0, MAX_WORKLOADS);
}

function sumByWindow(points: readonly UsagePoint[]): readonly UsagePoint[] {
  const sums = new Map<TimeMs, UsagePoint>();
  for (const point of points) {
    const sum = sums.get(point.window.end);
    sums.set(point.window.end, sum === undefined ? point : added(sum, point));
  }
  return [...sums.values()].sort((a, b) => a.window.end - b.window.end);
}

/** A chart's readings; what one of them does not know is left to the others. */
function added(a: UsagePoint, b: UsagePoint): UsagePoint {
  const plus = (one: Reading, other: Reading): Reading =>
    one === null ? other : other === null ? one : one + other;
  return {
    ...a,
    cpuUsageCores: plus(a.cpuUsageCores, b.cpuUsageCores),
    cpuRequestCores: plus(a.cpuRequestCores, b.cpuRequestCores),
    cpuLimitCores: plus(a.cpuLimitCores, b.cpuLimitCores),
    ramUsageBytes: plus(a.ramUsageBytes, b.ramUsageBytes),
    ramPeakBytes: plus(a.ramPeakBytes, b.ramPeakBytes),
    ramRequestBytes: plus(a.ramRequestBytes, b.ramRequestBytes),
    ramLimitBytes: plus(a.ramLimitBytes, b.ramLimitBytes),
  };
}
