import { GIB } from '../../../cost/nodes.ts';
import type { FlatRates } from '../../../cost/sources/nodePriceSource.ts';
import type { Reading } from '../../../model/reading.ts';
import { HOURS_PER_MONTH } from '../../../model/time.ts';
import type { Resources } from '../../../model/resources.ts';

/** What a core and a GiB cost for an hour where a container runs. */
export type HourlyPrice = Omit<FlatRates, 'gpuHour'>;

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
