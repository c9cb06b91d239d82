import { HOURS_PER_MONTH } from '../model/time.ts';
import type { ContainerGroup } from './containerGroups.ts';
import type { Recommendation } from './recommend.ts';

const GIB = 2 ** 30;

/** What all replicas together ask for beyond the recommendation. Never negative. */
export interface Waste {
  readonly cores: number;
  readonly bytes: number;
  /** Units of currency a month, at the price of the node; zero where no price is known. */
  readonly costPerMonth: number;
  /** True when CPU or memory is requested beyond the recommendation by the factor asked about. */
  readonly isOver: boolean;
}

/** Compares what is requested with what is recommended; an unknown request wastes nothing. */
export function measureWaste(group: ContainerGroup, advice: Recommendation, factor: number): Waste {
  const replicas = group.pods.length;
  const cores = over(group.cpuRequestCores, advice.cpuCores) * replicas;
  const bytes = over(group.ramRequestBytes, advice.ramBytes) * replicas;
  const { price } = group;
  const hourly = price === null ? 0 : cores * price.cpuCoreHour + (bytes / GIB) * price.ramGiBHour;
  return {
    cores,
    bytes,
    costPerMonth: hourly * HOURS_PER_MONTH,
    isOver:
      (group.cpuRequestCores ?? 0) > advice.cpuCores * factor ||
      (group.ramRequestBytes ?? 0) > advice.ramBytes * factor,
  };
}

function over(request: number | null, recommended: number): number {
  return request === null ? 0 : Math.max(0, request - recommended);
}
