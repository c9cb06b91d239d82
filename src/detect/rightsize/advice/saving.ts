import type { Reading } from '../../../model/reading.ts';
import { HOURS_PER_MONTH } from '../../../model/time.ts';
import type { Resources } from '../../../model/resources.ts';

const GIB = 2 ** 30;

/** What a core and a GiB cost for an hour where a container runs. */
export interface HourlyPrice {
  readonly cpuCoreHour: number;
  readonly ramGiBHour: number;
}

/** What a core and a GiB cost on average where several pods run; null of nowhere. */
export function meanPrice(prices: readonly HourlyPrice[]): HourlyPrice | null {
  if (prices.length === 0) return null;
  const mean = (of: (price: HourlyPrice) => number): number =>
    prices.reduce((sum, price) => sum + of(price), 0) / prices.length;
  return {
    cpuCoreHour: mean(({ cpuCoreHour }) => cpuCoreHour),
    ramGiBHour: mean(({ ramGiBHour }) => ramGiBHour),
  };
}

/**
 * Units of currency a month that the requests of all replicas would cost less, at their nodes' price; negative where
 * more is needed, null where no price is known.
 */
export function savingOf(
  current: Resources,
  proposed: Resources,
  { replicas, kept }: { readonly replicas: number; readonly kept: number },
  price: HourlyPrice | null,
): Reading {
  if (price === null) return null;
  const freed = (before: Reading, after: Reading): number =>
    (before ?? 0) * replicas - (after ?? before ?? 0) * kept;
  const cores = freed(current.cpuRequestCores, proposed.cpuRequestCores);
  const bytes = freed(current.ramRequestBytes, proposed.ramRequestBytes);
  const hourly = cores * price.cpuCoreHour + (bytes / GIB) * price.ramGiBHour;
  return hourly * HOURS_PER_MONTH;
}
