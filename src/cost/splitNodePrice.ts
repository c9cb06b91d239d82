import { DOLLARS } from './config.ts';
import type { FlatRates } from './sources/nodePriceSource.ts';

export interface NodeCapacity {
  /** Null when unknown; an unknown resource takes no part of the price. */
  readonly cpuCores: number | null;
  readonly ramGiB: number | null;
  readonly gpus: number | null;
}

/**
 * Splits a whole node's price so that the flat rates' ratio holds and the parts add up to the whole:
 * with r = cpu/ram and g = gpu/ram, `ram = node / (cpus·r + ramGiB + gpus·g)`, `cpu = r·ram`,
 * `gpu = g·ram` (OpenCost specification, "node cost"). Null when no capacity is known.
 */
export function splitNodePrice(
  hourly: number,
  capacity: NodeCapacity,
  rates: FlatRates,
): FlatRates | null {
  // The ratio of last resort, when the configured flat rates are all zero.
  const ratio = hourlyAt(capacity, rates) > 0 ? rates : DOLLARS;
  const total = hourlyAt(capacity, ratio);
  if (total <= 0) return null;
  const scale = hourly / total;
  return {
    cpuCoreHour: (capacity.cpuCores ?? 0) > 0 ? ratio.cpuCoreHour * scale : 0,
    ramGiBHour: (capacity.ramGiB ?? 0) > 0 ? ratio.ramGiBHour * scale : 0,
    gpuHour: (capacity.gpus ?? 0) > 0 ? ratio.gpuHour * scale : 0,
  };
}

/** What a capacity costs an hour. */
export function hourlyAt(capacity: NodeCapacity, rates: FlatRates): number {
  return (
    (capacity.cpuCores ?? 0) * rates.cpuCoreHour +
    (capacity.ramGiB ?? 0) * rates.ramGiBHour +
    (capacity.gpus ?? 0) * rates.gpuHour
  );
}

/** What a core, a GiB and a GPU cost on average; null of nothing. */
export function meanRates(
  all: readonly (Omit<FlatRates, 'gpuHour'> & Partial<FlatRates>)[],
): FlatRates | null {
  if (all.length === 0) return null;
  const mean = (rate: keyof FlatRates): number =>
    all.reduce((sum, { [rate]: price = 0 }) => sum + price, 0) / all.length;
  return {
    cpuCoreHour: mean('cpuCoreHour'),
    ramGiBHour: mean('ramGiBHour'),
    gpuHour: mean('gpuHour'),
  };
}
