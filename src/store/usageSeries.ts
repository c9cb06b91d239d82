import { maxKnown, type Reading } from '../model/reading.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../model/time.ts';
import type { SeriesPoint, SeriesQuery, SeriesRange, UsagePoint, UsageSeries } from './usage.ts';

/** An hour of a workload, and the highest window of a single container in it. */
export interface HourPoint {
  readonly point: UsagePoint;
  readonly cpuUsageMaxCores: number | null;
}

/** A point before it is put together with its neighbours. */
interface RawPoint extends HourPoint {
  readonly source: SeriesRange['source'];
}

/**
 * A workload's usage as a chart draws it: window rows where there are any (also those pinned for a
 * finding), hours where they are gone, put together until at most `maxPoints` are left.
 */
export function joinSeries(
  windows: readonly UsagePoint[],
  hours: readonly HourPoint[],
  query: SeriesQuery,
  windowMs: number,
): UsageSeries {
  const seen = new Set(windows.map(({ window }) => floorTo(window.start, HOUR_MS)));
  const raw: RawPoint[] = [
    ...windows.map((point) => ({
      point,
      cpuUsageMaxCores: point.cpuUsageCores,
      source: 'window' as const,
    })),
    ...hours
      .filter(({ point }) => !seen.has(point.window.start))
      .map((hour) => ({ ...hour, source: 'hour' as const })),
  ].sort((a, b) => a.point.window.start - b.point.window.start);
  const step = stepFor(query.to - query.from, query.maxPoints, windowMs);
  const points = putTogether(raw, step);
  return { points, ranges: rangesOf(points, Math.max(step, windowMs)) };
}

/** The shortest step that gives at most `maxPoints`: a divisor of the hour, the day, or whole days. */
export function stepFor(length: number, maxPoints: number, windowMs: number): number {
  const divisorsOfHour = [1, 2, 3, 4, 6, 12, 30, 60]
    .map((parts) => windowMs * parts)
    .filter((step) => step < HOUR_MS && HOUR_MS % step === 0);
  const hours = [1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR_MS);
  const fits = [...divisorsOfHour, ...hours].find((step) => length / step <= maxPoints - 1);
  return fits ?? Math.ceil(length / Math.max(1, maxPoints - 1) / DAY_MS) * DAY_MS;
}

function putTogether(raw: readonly RawPoint[], step: number): readonly SeriesPoint[] {
  const groups = Map.groupBy(raw, ({ point }) => floorTo(point.window.start, step));
  return [...groups.values()].map(merge);
}

function merge(parts: readonly RawPoint[]): SeriesPoint {
  const source = parts.every((part) => part.source === 'window') ? 'window' : 'hour';
  const points = parts.map(({ point }) => point);
  const mean = (of: (point: UsagePoint) => Reading): Reading => weightedMean(points, of);
  const highest = (of: (part: RawPoint) => Reading): Reading => maxKnown(...parts.map(of));
  return {
    window: { start: points[0]!.window.start, end: points.at(-1)!.window.end },
    source,
    cpuUsageCores: mean((point) => point.cpuUsageCores),
    cpuUsageMaxCores: highest((part) => part.cpuUsageMaxCores),
    cpuRequestCores: mean((point) => point.cpuRequestCores),
    cpuLimitCores: mean((point) => point.cpuLimitCores),
    ramUsageBytes: mean((point) => point.ramUsageBytes),
    ramPeakBytes: highest(({ point }) => point.ramPeakBytes),
    ramRequestBytes: mean((point) => point.ramRequestBytes),
    ramLimitBytes: mean((point) => point.ramLimitBytes),
    networkReceiveBytesPerSecond: mean((point) => point.networkReceiveBytesPerSecond),
    networkTransmitBytesPerSecond: mean((point) => point.networkTransmitBytesPerSecond),
    diskReadBytesPerSecond: mean((point) => point.diskReadBytesPerSecond),
    diskWriteBytesPerSecond: mean((point) => point.diskWriteBytesPerSecond),
    throttledShare: mean((point) => point.throttledShare),
    restarts: total(points.map((point) => point.restarts)),
    runShare: mean((point) => point.runShare) ?? 0,
    coverage: mean((point) => point.coverage) ?? 0,
  };
}

/** Mean over time of what is known. */
function weightedMean(points: readonly UsagePoint[], of: (point: UsagePoint) => Reading): Reading {
  let sum = 0;
  let time = 0;
  for (const point of points) {
    const value = of(point);
    if (value === null) continue;
    const length = point.window.end - point.window.start;
    sum += value * length;
    time += length;
  }
  return time === 0 ? null : sum / time;
}

function total(readings: readonly Reading[]): Reading {
  const known = readings.filter((reading) => reading !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Neighbouring points of one source and resolution, as ranges. */
function rangesOf(points: readonly SeriesPoint[], step: number): readonly SeriesRange[] {
  const ranges: SeriesRange[] = [];
  for (const { window, source } of points) {
    const resolutionMs = source === 'hour' ? Math.max(step, HOUR_MS) : step;
    const last = ranges.at(-1);
    const isSame = last?.source === source && last.to === window.start;
    if (last !== undefined && isSame) ranges[ranges.length - 1] = { ...last, to: window.end };
    else ranges.push({ from: window.start, to: window.end, source, resolutionMs });
  }
  return ranges;
}
