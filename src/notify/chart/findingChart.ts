import type { UsagePoint } from '../../history/history.ts';
import type { Finding } from '../../model/finding.ts';
import type { Reading } from '../../model/reading.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import { formatScope } from '../text/format.ts';
import type { UsageChart } from './usageChart.ts';

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

/** A finding's chart from its window rows; null when there is nothing to draw. */
export function findingChart(
  finding: Finding,
  points: readonly UsagePoint[],
  timezone: string,
): UsageChart | null {
  const values = points.map(({ window, cpuUsageCores }) => ({
    at: window.end,
    value: cpuUsageCores,
  }));
  if (values.filter(({ value }) => value !== null).length < 2) return null;
  const before = points
    .filter(({ window }) => window.end <= finding.startedAt)
    .flatMap(({ cpuUsageCores }) => cpuUsageCores ?? [])
    .sort((a, b) => a - b);
  const at = (share: number) => before[Math.floor(share * (before.length - 1))] ?? 0;
  return {
    title: `CPU of ${formatScope(finding)}`,
    unit: 'cores',
    points: values,
    request: lastKnown(points.map(({ cpuRequestCores }) => cpuRequestCores)),
    limit: lastKnown(points.map(({ cpuLimitCores }) => cpuLimitCores)),
    // From the fifth to the ninety-fifth percentile of the time before the onset.
    normal: before.length < MIN_POINTS ? null : { low: at(0.05), high: at(0.95) },
    anomaly: { from: finding.startedAt, to: finding.lastSeen },
    timezone,
  };
}

/** What the chart shows, for those who do not see it. */
export function chartAltText(finding: Finding, chart: UsageChart): string {
  const last = lastKnown(chart.points.map(({ value }) => value));
  const cores = (value: Reading) =>
    value === null ? 'unknown' : `${Number(value.toPrecision(2))}`;
  const usual =
    chart.normal === null
      ? 'what is usual is not known yet'
      : `usual are ${cores(chart.normal.low)} to ${cores(chart.normal.high)}`;
  return `CPU of ${formatScope(finding)}: ${cores(last)} cores at last, ${usual}, request ${cores(chart.request)}, limit ${cores(chart.limit)}.`;
}

function lastKnown(values: readonly Reading[]): Reading {
  return values.findLast((value) => value !== null) ?? null;
}
