import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { UsageQuery } from '../../store/usage.ts';
import { COST, COST_COLUMNS } from '../../store/pages/columns.ts';
import { isGiven, isOfWorkload, inNumbers, type Db } from './db.ts';
import type { HourPoint } from '../../store/usageSeries.ts';
import { emptySums } from '../../store/pages/pageCodec.ts';
import { SlotSums } from '../../store/pages/slotSums.ts';
import { pageCodecs } from '../../store/pages/levels.ts';

/**
 * Reads a workload's usage from the hours of its cost keys, where its window rows are gone: whole hours that begin in
 * [from, to), oldest first. Hours know neither pods nor limits, disk or throttling: those are unknown.
 */
export async function readHourUsage(
  db: Db,
  windowMs: number,
  { namespace, workload, container, from, to }: UsageQuery,
): Promise<readonly HourPoint[]> {
  const codec = pageCodecs(windowMs).costHours;
  const keys = await db.values<number>`SELECT id FROM cost_keys
     WHERE ${isOfWorkload(namespace, workload)}
       AND ${isGiven('container', container)}`;
  const days: TimeMs[] = [];
  for (let day = floorTo(from, DAY_MS); day < to; day += DAY_MS) days.push(day);
  const points: HourPoint[] = [];
  const pages = await db.all<{ day: TimeMs; page: Buffer }>`SELECT day, page FROM cost_hours
    WHERE day ${inNumbers(days)} AND key ${inNumbers(keys)} ORDER BY day, key`;
  for (const [day, ofOneDay] of Map.groupBy(pages, (row) => row.day)) {
    const ofDay = new SlotSums(COST_COLUMNS, codec.slots);
    for (const { page } of ofOneDay) codec.addTo(ofDay, page);
    const sums: (Float64Array | undefined)[] = [];
    const hours = Array.from(ofDay.present.keys());
    ofDay.addTo(hours, (hour) => (sums[hour] = emptySums(COST_COLUMNS)));
    for (const [hour, sum] of sums.entries()) {
      const start = day + hour * HOUR_MS;
      if (sum !== undefined && start >= from && start < to)
        points.push(toPoint(start, sum, windowMs));
    }
  }
  return points;
}

function toPoint(start: TimeMs, sum: Float64Array, windowMs: number): HourPoint {
  const windows = HOUR_MS / windowMs;
  const average = (column: number, unit = 1) => (sum[column]! / windows) * unit;
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  const lived = sum[COST.lived]!;
  const seconds = HOUR_MS / 1000;
  const peak = known(sum[COST.cpuUsageMax]!);
  return {
    point: {
      window: { start, end: start + HOUR_MS },
      cpuUsageCores: peak === null ? null : average(COST.cpuUsed, 1e-9),
      cpuRequestCores: average(COST.cpuRequested, 1e-9),
      cpuLimitCores: null,
      ramUsageBytes: known(sum[COST.ramPeakMax]!) === null ? null : average(COST.ramUsed),
      ramPeakBytes: known(sum[COST.ramPeakMax]!),
      ramRequestBytes: average(COST.ramRequested),
      ramLimitBytes: null,
      // An hour cannot distinguish no use from "not measured": it states the latter.
      networkReceiveBytesPerSecond: sum[COST.networkReceived]! / seconds || null,
      networkTransmitBytesPerSecond: sum[COST.networkTransmitted]! / seconds || null,
      diskReadBytesPerSecond: null,
      diskWriteBytesPerSecond: null,
      throttledShare: null,
      restarts: null,
      runShare: average(COST.lived, 1e-4),
      coverage: lived > 0 ? sum[COST.covered]! / lived : 1,
    },
    cpuUsageMaxCores: peak === null ? null : peak * 1e-9,
  };
}
