import { stretchOf } from '../../../detect/findings/stretch.ts';
import type { Finding } from '../../../model/finding.ts';
import type { Reading } from '../../../model/reading.ts';
import { HOUR_MS } from '../../../model/time.ts';
import type { WorkloadSeries } from '../../series/readSeries.ts';
import type { UsualBand } from '../../../detect/usual.ts';

/** The use of a finding's last hour, with its yardsticks. */
export interface UseNow {
  readonly at: number | null;
  /** The mean: what works in bursts may rest at the very moment. */
  readonly cores: Reading;
  readonly lowestCores: Reading;
  readonly highestCores: Reading;
  readonly usualCores: Reading;
  readonly requestCores: Reading;
  readonly limitCores: Reading;
  readonly ramBytes: Reading;
  readonly ramRequestBytes: Reading;
  readonly ramLimitBytes: Reading;
}

/** Up to the last window within the finding in which the use is known. */
export function useNow(
  finding: Finding,
  { times, columns }: WorkloadSeries,
  usual: UsualBand,
): UseNow {
  const { to } = stretchOf(finding);
  const index = times.findLastIndex(
    (at, place) => at <= to && (columns.cpuUsageCores[place] ?? null) !== null,
  );
  const read = (values: readonly Reading[]): Reading => values[index] ?? null;
  const at = times[index] ?? null;
  const hour = at === null ? [] : within(times, columns.cpuUsageCores, at - HOUR_MS, at);
  return {
    at,
    cores: mean(hour),
    lowestCores: hour.length === 0 ? null : Math.min(...hour),
    highestCores: hour.length === 0 ? null : Math.max(...hour),
    usualCores: read(usual.middle),
    requestCores: read(columns.cpuRequestCores),
    limitCores: read(columns.cpuLimitCores),
    ramBytes: read(columns.ramUsageBytes),
    ramRequestBytes: read(columns.ramRequestBytes),
    ramLimitBytes: read(columns.ramLimitBytes),
  };
}

/** Of what is known; null of nothing. */
export function mean(known: readonly number[]): Reading {
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** What is known in (from, to]. */
export function within(
  times: readonly number[],
  values: readonly Reading[],
  from: number,
  to: number,
): readonly number[] {
  return values.filter((value, place): value is number => {
    const at = times[place] ?? -Infinity;
    return value !== null && at > from && at <= to;
  });
}
