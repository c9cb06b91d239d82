import type { UsagePoint } from '../../store/usage.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import { usualAt } from '../../detect/usual.ts';
import type { Finding } from '../../model/finding.ts';
import type { Reading } from '../../model/reading.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import { formatScope } from '../../model/text/format.ts';
import type { UsageChart } from './usageChart.ts';
import { formatNumber } from '../../model/text/units.ts';

/** How much of the past stands beside an anomaly, so that one sees what was usual. */
const BEFORE_MS = 24 * HOUR_MS;
const LONGEST_MS = 72 * HOUR_MS;

/** The stretch of history that a finding's chart shows, in the data's time. */
export function chartSpan({ startedAt, lastSeen }: Finding): { from: TimeMs; to: TimeMs } {
  const from = Math.max(startedAt - BEFORE_MS, lastSeen - LONGEST_MS);
  return { from: Math.min(from, lastSeen - 6 * HOUR_MS), to: lastSeen };
}

/** What charts need to know of the installation. */
export interface ChartContext {
  readonly timezone: string;
  readonly baseline: Thresholds['abuse']['baseline'];
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

/**
 * A finding's chart from its window rows; null when there is nothing to draw.
 *
 * @param hours hours before the onset, from which it is learnt what is usual
 */
export function findingChart(
  finding: Finding,
  points: readonly UsagePoint[],
  hours: readonly UsagePoint[],
  { timezone, baseline }: ChartContext,
): UsageChart | null {
  const resource = resourceOf(finding);
  const values = points.map((point) => ({ at: point.window.end, value: resource.used(point) }));
  if (values.filter(({ value }) => value !== null).length < 2) return null;
  const known = hours.map((point) => ({ start: point.window.start, value: resource.used(point) }));
  const { low, high } = usualAt([finding.lastSeen], known, baseline);
  const [lowest, highest] = [low[0] ?? null, high[0] ?? null];
  return {
    title: `${resource.name} of ${formatScope(finding)}`,
    unit: resource.unit,
    points: values,
    request: lastKnown(points.map(resource.request)),
    limit: lastKnown(points.map(resource.limit)),
    normal: lowest === null || highest === null ? null : { low: lowest, high: highest },
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
