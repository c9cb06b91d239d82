import type { Thresholds } from '../../detect/detectors.ts';
import { usualAt, usualHours } from '../../detect/usual/usual.ts';
import { valueText, type Unit } from '../../model/chart/scale.ts';
import type { Finding } from '../../model/finding.ts';
import { sumKnown, type Reading } from '../../model/reading.ts';
import { formatScope } from '../../model/text/format.ts';
import { HOUR_MS, type Span, type TimeMs } from '../../model/time.ts';
import type { UsagePoint } from '../../store/usage.ts';
import type { HistoryReader } from '../../store/history.ts';

/** How much of the past stands beside an anomaly, so that one sees what was usual. */
const BEFORE_MS = 24 * HOUR_MS;
const LONGEST_MS = 72 * HOUR_MS;

/** A workload's use over time with what it is measured against. */
export interface FindingChart {
  readonly title: string;
  readonly unit: Unit;
  /** Oldest first, at the ends of windows; unknown values leave a gap. */
  readonly times: readonly TimeMs[];
  readonly values: readonly Reading[];
  readonly windowMs: number;
  readonly request: Reading;
  readonly limit: Reading;
  /** `limit` where left out. */
  readonly limitName?: string;
  /** Between which values it usually lies; null while that is not known. */
  readonly usual: { readonly low: number; readonly high: number } | null;
  /** Where the finding says that something is wrong. */
  readonly anomaly: Span;
  readonly timezone: string;
}

/** The stretch of history that a finding's chart shows, in the data's time. */
export function chartSpan({ startedAt, lastSeen }: Finding): Span {
  const from = Math.max(startedAt - BEFORE_MS, lastSeen - LONGEST_MS);
  return { from: Math.min(from, lastSeen - 6 * HOUR_MS), to: lastSeen };
}

/** What charts need to know of the installation. */
export interface ChartContext {
  readonly timezone: string;
  readonly baseline: Thresholds['abuse']['baseline'];
}

interface Resource {
  readonly name: string;
  readonly unit: Unit;
  readonly used: (point: UsagePoint) => Reading;
  readonly request: (point: UsagePoint) => Reading;
  readonly limit: (point: UsagePoint) => Reading;
}

const CPU: Resource = {
  name: 'CPU',
  unit: 'cores',
  used: ({ cpuUsageCores }) => cpuUsageCores,
  request: ({ cpuRequestCores }) => cpuRequestCores,
  limit: ({ cpuLimitCores }) => cpuLimitCores,
};

/** Peaks rather than means: the highest moment decides whether a container is OOM-killed. */
const MEMORY: Resource = {
  name: 'Memory',
  unit: 'bytes',
  used: ({ ramPeakBytes, ramUsageBytes }) => ramPeakBytes ?? ramUsageBytes,
  request: ({ ramRequestBytes }) => ramRequestBytes,
  limit: ({ ramLimitBytes }) => ramLimitBytes,
};

/**
 * A finding's chart from its window rows, of memory after an OOM kill, else of CPU; null without two known points.
 *
 * @param hours hours before the onset, which say what is usual
 */
export function findingChart(
  finding: Finding,
  points: readonly UsagePoint[],
  hours: readonly UsagePoint[],
  { timezone, baseline }: ChartContext,
): FindingChart | null {
  const resource = /oom/i.test(finding.rule) ? MEMORY : CPU;
  const values = points.map(resource.used);
  if (values.filter((value) => value !== null).length < 2) return null;
  const known = hours.map((point) => ({ start: point.window.start, value: resource.used(point) }));
  const usual = usualAt([finding.lastSeen], known, baseline);
  const [low = null] = usual.low;
  const [high = null] = usual.high;
  return {
    title: `${resource.name} of ${formatScope(finding)}`,
    unit: resource.unit,
    times: points.map(({ window }) => window.end),
    values,
    windowMs: Math.max(...points.map(({ window }) => window.end - window.start)),
    request: lastKnown(points.map(resource.request)),
    limit: lastKnown(points.map(resource.limit)),
    usual: low === null || high === null ? null : { low, high },
    anomaly: { from: finding.startedAt, to: finding.lastSeen },
    timezone,
  };
}

/** What the chart shows, for those who do not see it. */
export function chartAltText(chart: FindingChart): string {
  const { title, unit, values, usual, request, limit, limitName = 'limit' } = chart;
  const amount = (value: Reading) => valueText(value, unit);
  if (unit === 'money')
    return `${title}: now ${amount(lastKnown(values))}${limit === null ? '' : `, ${limitName} ${amount(limit)}`}.`;
  const level = (value: Reading) => (value === 0 ? 'none' : amount(value));
  const range =
    usual === null
      ? 'usual use not known yet'
      : `usually ${amount(usual.low)} to ${amount(usual.high)}`;
  return `${title}: now ${amount(lastKnown(values))}, ${range}, request ${level(request)}, limit ${level(limit)}.`;
}

function lastKnown(values: readonly Reading[]): Reading {
  return values.findLast((value) => value !== null) ?? null;
}

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
