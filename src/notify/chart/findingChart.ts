import type { UsagePoint } from '../../store/usage.ts';
import type { Finding } from '../../model/finding.ts';
import type { Reading } from '../../model/reading.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import { formatScope } from '../../model/text/format.ts';
import type { UsageChart } from './usageChart.ts';
import { formatNumber } from '../../model/text/units.ts';

/** How much of the past stands beside an anomaly, so that one sees what was usual. */
const BEFORE_MS = 24 * HOUR_MS;
const LONGEST_MS = 72 * HOUR_MS;
/** Fewer windows than this before the onset say nothing about what is usual. */
const MIN_POINTS = 12;

/** The stretch of history that a finding's chart shows, in the data's time. */
export function chartSpan({ startedAt, lastSeen }: Finding): { from: TimeMs; to: TimeMs } {
  const from = Math.max(startedAt - BEFORE_MS, lastSeen - LONGEST_MS);
  return { from: Math.min(from, lastSeen - 6 * HOUR_MS), to: lastSeen };
}

/** What is drawn: a row's readings as one unit. */
interface Resource {
  readonly name: string;
  readonly unit: string;
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

/** Peaks rather than means: a kill for memory is decided by the highest moment. */
const MEMORY: Resource = {
  name: 'Memory',
  unit: 'MiB',
  used: ({ ramPeakBytes, ramUsageBytes }) => inMiB(ramPeakBytes ?? ramUsageBytes),
  request: ({ ramRequestBytes }) => inMiB(ramRequestBytes),
  limit: ({ ramLimitBytes }) => inMiB(ramLimitBytes),
};

function inMiB(bytes: Reading): Reading {
  return bytes === null ? null : bytes / 2 ** 20;
}

/** Memory for what was killed for it, CPU for all else. */
function resourceOf({ rule }: Finding): Resource {
  return /oom/i.test(rule) ? MEMORY : CPU;
}

/** A finding's chart from its window rows; null when there is nothing to draw. */
export function findingChart(
  finding: Finding,
  points: readonly UsagePoint[],
  timezone: string,
): UsageChart | null {
  const resource = resourceOf(finding);
  const values = points.map((point) => ({ at: point.window.end, value: resource.used(point) }));
  if (values.filter(({ value }) => value !== null).length < 2) return null;
  const before = values
    .filter(({ at }) => at <= finding.startedAt)
    .flatMap(({ value }) => value ?? [])
    .sort((a, b) => a - b);
  const at = (share: number) => before[Math.floor(share * (before.length - 1))] ?? 0;
  return {
    title: `${resource.name} of ${formatScope(finding)}`,
    unit: resource.unit,
    points: values,
    request: lastKnown(points.map(resource.request)),
    limit: lastKnown(points.map(resource.limit)),
    // From the fifth to the ninety-fifth percentile of the time before the onset.
    normal: before.length < MIN_POINTS ? null : { low: at(0.05), high: at(0.95) },
    anomaly: { from: finding.startedAt, to: finding.lastSeen },
    timezone,
  };
}

/** What the chart shows, for those who do not see it. */
export function chartAltText(chart: UsageChart): string {
  const last = lastKnown(chart.points.map(({ value }) => value));
  const amount = (value: Reading) => (value === null ? 'unknown' : formatNumber(value));
  const asked = (value: Reading) => (value === 0 ? 'none' : amount(value));
  const usual =
    chart.normal === null
      ? 'what is usual is not known yet'
      : `usual are ${amount(chart.normal.low)} to ${amount(chart.normal.high)}`;
  return `${chart.title}: ${amount(last)} ${chart.unit} at last, ${usual}, request ${asked(chart.request)}, limit ${asked(chart.limit)}.`;
}

function lastKnown(values: readonly Reading[]): Reading {
  return values.findLast((value) => value !== null) ?? null;
}
