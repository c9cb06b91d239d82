import type { Thresholds } from '../../detect/detectors.ts';
import { usualAt } from '../../detect/usual.ts';
import { valueText, type Unit } from '../../model/chart/scale.ts';
import type { Finding } from '../../model/finding.ts';
import type { Reading } from '../../model/reading.ts';
import { formatScope } from '../../model/text/format.ts';
import { HOUR_MS, type Span, type TimeMs } from '../../model/time.ts';
import type { UsagePoint } from '../../store/usage.ts';

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
export function chartAltText({ title, unit, values, usual, request, limit }: FindingChart): string {
  const amount = (value: Reading) => valueText(value, unit);
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
