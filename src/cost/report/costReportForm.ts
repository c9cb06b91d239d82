import type { FamilyShares } from '../../model/coverage.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { PricingConfig } from '../config.ts';

/** A cost table as people and scripts get it; money in `currency`. The JSON form is fixed (docs/costs.md). */
export interface CostReport {
  readonly cluster: string;
  readonly currency: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly by: string;
  /** The share of the time that is sealed and was seen, or the rows' mean coverage where that is lower. */
  readonly coverage: number;
  readonly rows: readonly CostReportRow[];
  readonly idle: IdleCost;
  /** What the nodes cost: the CPU, RAM and GPU of all rows, shared ones included, plus idle. */
  readonly nodesCost: number;
  /** Everything: the rows' totals plus idle. */
  readonly totalCost: number;
  readonly priceBasis: PricingConfig['basis'];
  readonly provisional: boolean;
  /** Idle by node, negative where the node is overcommitted. Only in costs by node. */
  readonly idleByNode?: readonly NodeIdle[];
  /** On the effective basis: what the bills of these days charge beyond what could be put on nodes. */
  readonly unreconciledCost?: number;
}

interface IdleCost {
  readonly cpuCost: number;
  readonly ramCost: number;
  readonly gpuCost: number;
  readonly totalCost: number;
}

export interface NodeIdle extends IdleCost {
  readonly node: string;
  /** What the node cost as a whole. */
  readonly nodeCost: number;
}

export interface CostReportRow {
  readonly key: string;
  /** With several dimensions in `by`, one value for each; `__unallocated__` where there is none. */
  readonly parts?: readonly string[];
  readonly namespace?: string;
  readonly workload?: WorkloadRef;
  readonly owner?: string;
  readonly node?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly image?: string;
  readonly cpuCoreHours: number;
  readonly ramGiBHours: number;
  readonly gpuHours: number;
  readonly cpuCost: number;
  readonly ramCost: number;
  readonly gpuCost: number;
  readonly storageCost: number;
  readonly networkCost: number;
  readonly loadBalancerCost: number;
  readonly sharedCost: number;
  readonly totalCost: number;
  readonly cpuEfficiency: number;
  readonly ramEfficiency: number;
  /** Only where GPU utilisation is known. */
  readonly gpuEfficiency?: number;
  readonly efficiency: number;
  readonly coverage: number;
  readonly coverageBy: FamilyShares;
  /** How far the prices that its cost rests on can be relied on, weighted by cost, 0..1. */
  readonly priceConfidence: number;
}
