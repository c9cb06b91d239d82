import type { FlatRates } from './sources/nodePriceSource.ts';

/** OpenCost's default prices: the ratio of last resort when the configured flat rates are all zero. */
const DEFAULT_RATES: FlatRates = { cpuCoreHour: 0.031611, ramGiBHour: 0.004237, gpuHour: 0.95 };

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
  const ratio = totalAt(capacity, rates) > 0 ? rates : DEFAULT_RATES;
  const total = totalAt(capacity, ratio);
  if (total <= 0) return null;
  const scale = hourly / total;
  return {
    cpuCoreHour: (capacity.cpuCores ?? 0) > 0 ? ratio.cpuCoreHour * scale : 0,
    ramGiBHour: (capacity.ramGiB ?? 0) > 0 ? ratio.ramGiBHour * scale : 0,
    gpuHour: (capacity.gpus ?? 0) > 0 ? ratio.gpuHour * scale : 0,
  };
}

function totalAt(capacity: NodeCapacity, rates: FlatRates): number {
  return (
    (capacity.cpuCores ?? 0) * rates.cpuCoreHour +
    (capacity.ramGiB ?? 0) * rates.ramGiBHour +
    (capacity.gpus ?? 0) * rates.gpuHour
  );
}
