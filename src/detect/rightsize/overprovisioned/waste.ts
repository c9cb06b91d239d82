import { GIB } from '../../../cost/nodes.ts';
import type { Reading } from '../../../model/reading.ts';
import { HOURS_PER_MONTH } from '../../../model/time.ts';
import type { Resources } from '../../../model/resources.ts';
import { meanRates } from '../../../cost/splitNodePrice.ts';
import type { ContainerGroup } from './containerGroups.ts';

/** What all replicas together ask for beyond the proposal. Never negative. */
export interface Waste {
  readonly cores: number;
  readonly bytes: number;
  /** Units of currency a month, at the mean price of its pods' nodes; zero where no price is known. */
  readonly costPerMonth: number;
  /** True when CPU or memory is requested beyond the proposal by the factor asked about. */
  readonly isOver: boolean;
}

/** Compares what is requested with what is proposed; an unknown request, or none to propose, wastes nothing. */
export function measureWaste(group: ContainerGroup, proposed: Resources, factor: number): Waste {
  const { current } = group;
  const price = meanRates(group.prices);
  const replicas = group.pods.length;
  const cores = over(current.cpuRequestCores, proposed.cpuRequestCores) * replicas;
  const bytes = over(current.ramRequestBytes, proposed.ramRequestBytes) * replicas;
  const hourly = price === null ? 0 : cores * price.cpuCoreHour + (bytes / GIB) * price.ramGiBHour;
  return {
    cores,
    bytes,
    costPerMonth: hourly * HOURS_PER_MONTH,
    isOver:
      exceeds(current.cpuRequestCores, proposed.cpuRequestCores, factor) ||
      exceeds(current.ramRequestBytes, proposed.ramRequestBytes, factor),
  };
}

function over(request: Reading, proposed: Reading): number {
  return request === null || proposed === null ? 0 : Math.max(0, request - proposed);
}

function exceeds(request: Reading, proposed: Reading, factor: number): boolean {
  return request !== null && proposed !== null && request > proposed * factor;
}
