import type { CostDimension, CostRow, CostTable, NodeCostRow } from '../../history/history.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { fromNano } from '../../model/money.ts';
import { formatTime } from '../../model/time.ts';
import { GIB } from '../nodes.ts';
import type { PricingConfig } from '../sources/nodePriceSource.ts';
import { efficiencyOf } from './efficiency.ts';
import { fixedNano, shareIdle, shareOverheads } from './shareCosts.ts';
import type { SharedRow } from './shareCosts.ts';

/** A cost table as people and scripts get it; money in `currency`. The JSON form is fixed (docs/costs.md). */
export interface CostReport {
  readonly cluster: string;
  readonly currency: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly by: string;
  /** The share of the time that is sealed and was seen, or the rows' mean coverage where that is lower. */
  readonly coverage: number;
  readonly rows: readonly CostReportRow[];
  readonly idle: {
    readonly cpuCost: number;
    readonly ramCost: number;
    readonly gpuCost: number;
    readonly totalCost: number;
  };
  /** What the nodes cost: the CPU, RAM and GPU of all rows, shared ones included, plus idle. */
  readonly nodesCost: number;
  /** Everything: the rows' totals plus idle. */
  readonly totalCost: number;
  readonly priceBasis: PricingConfig['basis'];
  readonly provisional: boolean;
  /** By node: what of it nobody was allocated, negative where it is overcommitted. Only in costs by node. */
  readonly idleByNode?: readonly NodeIdle[];
  /** On the effective basis: what the bills of these days charge beyond what could be put on nodes. */
  readonly unreconciledCost?: number;
}

export interface NodeIdle {
  readonly node: string;
  readonly cpuCost: number;
  readonly ramCost: number;
  readonly gpuCost: number;
  readonly totalCost: number;
  /** What the node cost as a whole. */
  readonly nodeCost: number;
}

export interface CostReportRow {
  readonly key: string;
  readonly namespace?: string;
  readonly workload?: WorkloadRef;
  readonly owner?: string;
  readonly node?: string;
  readonly pod?: string;
  readonly container?: string;
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
}

export interface CostReportOptions {
  readonly cluster: string;
  readonly by: readonly CostDimension[];
  /** `share` spreads idle over the rows by what each costs; default `separate`. */
  readonly idle?: 'separate' | 'share';
  /** The same question asked of the shared namespaces alone, whose cost is to be spread; null for none. */
  readonly shared?: CostTable | null;
}

/**
 * Turns a cost table into a report: shared namespaces and fixed fees spread over the rows (evenly or by
 * cost), idle apart or shared out, efficiencies. Works in integer nano-units throughout, so that
 * Σ rows.totalCost + idle.totalCost = totalCost exactly before the one conversion at the end.
 */
export function costReport(
  table: CostTable,
  pricing: PricingConfig,
  options: CostReportOptions,
): CostReport {
  const overheads = shareOverheads(table.rows, {
    shared: options.shared?.rows ?? [],
    fixedNano: fixedNano(pricing, table.window),
    split: pricing.shared.split,
  });
  const { rows, idle } = shareIdle(overheads, table.idle, options.idle ?? 'separate');
  const idleNano = idle.cpuNano + idle.ramNano + idle.gpuNano;
  const rowsNano = rows.reduce((sum, row) => sum + totalNano(row), 0);
  return {
    cluster: options.cluster,
    currency: pricing.currency,
    window: { start: formatTime(table.window.start), end: formatTime(table.window.end) },
    by: options.by.join(','),
    coverage: Math.min(table.coverage, meanCoverage(table.rows)),
    rows: rows.toSorted(byCost).map((row) => toReportRow(row)),
    idle: {
      cpuCost: fromNano(idle.cpuNano),
      ramCost: fromNano(idle.ramNano),
      gpuCost: fromNano(idle.gpuNano),
      totalCost: fromNano(idleNano),
    },
    nodesCost: fromNano(table.nodesNano),
    totalCost: fromNano(rowsNano + idleNano),
    priceBasis: pricing.basis,
    provisional: table.provisional,
    ...(options.by.includes('node') && table.nodes !== undefined
      ? { idleByNode: table.nodes.map((node) => toNodeIdle(node)) }
      : {}),
    ...(table.bill === undefined
      ? {}
      : { unreconciledCost: fromNano(table.bill.unreconciledNano) }),
  };
}

function totalNano({ cost, sharedNano, idleNano }: SharedRow): number {
  return (
    cost.cpuNano +
    cost.ramNano +
    cost.gpuNano +
    cost.storageNano +
    cost.networkNano +
    cost.loadBalancerNano +
    sharedNano +
    idleNano.cpu +
    idleNano.ram +
    idleNano.gpu
  );
}

/** Weighted by core-hours, not by cost: what nobody priced must lower it too. */
function meanCoverage(rows: readonly CostRow[]): number {
  const hours = rows.reduce((sum, row) => sum + row.cpuCoreHours, 0);
  const covered = rows.reduce((sum, row) => sum + row.cpuCoreHours * row.coverage, 0);
  return hours > 0 ? covered / hours : 1;
}

/** Dearest first; equals by key, so that the same data always print the same. */
function byCost(left: SharedRow, right: SharedRow): number {
  return totalNano(right) - totalNano(left) || (left.cost.key < right.cost.key ? -1 : 1);
}

function toReportRow(row: SharedRow): CostReportRow {
  const { cost, sharedNano, idleNano } = row;
  return {
    key: cost.key,
    ...identity(cost),
    cpuCoreHours: cost.cpuCoreHours,
    ramGiBHours: cost.ramByteHours / GIB,
    gpuHours: cost.gpuHours,
    cpuCost: fromNano(cost.cpuNano + idleNano.cpu),
    ramCost: fromNano(cost.ramNano + idleNano.ram),
    gpuCost: fromNano(cost.gpuNano + idleNano.gpu),
    storageCost: fromNano(cost.storageNano),
    networkCost: fromNano(cost.networkNano),
    loadBalancerCost: fromNano(cost.loadBalancerNano),
    sharedCost: fromNano(sharedNano),
    totalCost: fromNano(totalNano(row)),
    ...efficiencyOf(cost),
    coverage: cost.coverage,
  };
}

function toNodeIdle(node: NodeCostRow): NodeIdle {
  return {
    node: node.node,
    cpuCost: fromNano(node.idleCpuNano),
    ramCost: fromNano(node.idleRamNano),
    gpuCost: fromNano(node.idleGpuNano),
    totalCost: fromNano(node.idleCpuNano + node.idleRamNano + node.idleGpuNano),
    nodeCost: fromNano(node.cpuNano + node.ramNano + node.gpuNano),
  };
}

function identity(cost: CostRow): Partial<CostReportRow> {
  return {
    ...(cost.namespace === null ? {} : { namespace: cost.namespace }),
    ...(cost.workload === null ? {} : { workload: cost.workload }),
    ...(cost.owner === null ? {} : { owner: cost.owner }),
    ...(cost.node === null ? {} : { node: cost.node }),
    ...(cost.pod === null ? {} : { pod: cost.pod }),
    ...(cost.container === null ? {} : { container: cost.container }),
  };
}
