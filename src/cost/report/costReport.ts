import {
  partsKey,
  rowParts,
  type CostDimension,
  type CostRow,
  type CostTable,
  type NodeCostRow,
} from '../../store/costTable.ts';
import { fromNano } from '../../model/money.ts';
import { formatTime } from '../../model/time.ts';
import { GIB } from '../nodes.ts';
import type { PricingConfig } from '../config.ts';
import {
  costNano,
  idleOf,
  makeParts,
  nodeNano,
  sumNano,
  type NodeParts,
} from '../../model/costParts.ts';
import { COVERAGE_FAMILIES } from '../../model/coverage.ts';
import type { CostReport, CostReportRow, NodeIdle } from './costReportForm.ts';
import { efficiencyOf } from './efficiency.ts';
import {
  fixedNano,
  shareIdle,
  shareOverheads,
  showOverheads,
  type SharedRow,
} from './shareCosts.ts';

export type { CostReport, CostReportRow } from './costReportForm.ts';

/** Whether shared namespaces and fixed fees are spread over the rows. */
export type Overheads = 'spread' | 'show';

export interface CostReportOptions {
  readonly cluster: string;
  readonly by: readonly CostDimension[];
  /** `share` spreads idle over the rows by what each costs; default `separate`. */
  readonly idle?: 'separate' | 'share';
  /** `show` leaves shared namespaces and fixed fees as rows of their own; default `spread`. */
  readonly overheads?: Overheads;
  /** How far each row's prices can be relied on, by its parts; 1 where it is not said. */
  readonly confidence?: ReadonlyMap<string, number>;
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
  const fixed = fixedNano(pricing, table.window);
  const overheads =
    options.overheads === 'show'
      ? showOverheads(table.rows, fixed)
      : shareOverheads(table.rows, {
          shared: options.shared?.rows ?? [],
          fixedNano: fixed,
          split: pricing.shared.split,
        });
  const { rows, idle } = shareIdle(overheads, table.idle, options.idle ?? 'separate');
  const idleNano = nodeNano(idle);
  const rowsNano = sumNano(rows, totalNano);
  return {
    cluster: options.cluster,
    currency: pricing.currency,
    window: { start: formatTime(table.window.start), end: formatTime(table.window.end) },
    by: options.by.join(','),
    coverage: Math.min(table.coverage, meanCoverage(table.rows)),
    rows: rows.toSorted(byCost).map((row) => toReportRow(row, options.confidence)),
    idle: toIdle(idle),
    nodesCost: fromNano(table.nodesNano),
    totalCost: fromNano(rowsNano + idleNano),
    priceBasis: basisOf(table, pricing),
    provisional: table.provisional,
    ...(options.by.includes('node') && table.nodes !== undefined
      ? { idleByNode: table.nodes.map((node) => toNodeIdle(node)) }
      : {}),
    ...(table.bill === undefined
      ? {}
      : { unreconciledCost: fromNano(table.bill.unreconciledNano) }),
  };
}

/** A bill of which nothing could be put on a node leaves estimates: they are not what is effective. */
function basisOf({ bill }: CostTable, { basis }: PricingConfig): PricingConfig['basis'] {
  return basis === 'effective' && bill?.reconciled === false ? 'contracted' : basis;
}

function totalNano({ cost, sharedNano, idleNano }: SharedRow): number {
  return costNano(cost) + sharedNano + nodeNano(idleNano);
}

/** Weighted by cost; what has no price weighs as its core-hours do on average, for it must lower it too. */
function meanCoverage(rows: readonly CostRow[]): number {
  const priced = rows.filter((row) => costNano(row) > 0);
  const hours = priced.reduce((sum, row) => sum + row.cpuCoreHours, 0);
  const perHour = hours > 0 ? sumNano(priced, costNano) / hours : 1;
  const weightOf = (row: CostRow): number => costNano(row) || row.cpuCoreHours * perHour;
  const weight = rows.reduce((sum, row) => sum + weightOf(row), 0);
  const covered = rows.reduce((sum, row) => sum + weightOf(row) * row.coverage, 0);
  return weight > 0 ? covered / weight : 1;
}

/** Dearest first; equals by key, so that the same data always print the same. */
function byCost(left: SharedRow, right: SharedRow): number {
  return totalNano(right) - totalNano(left) || (left.cost.key < right.cost.key ? -1 : 1);
}

function toReportRow(
  row: SharedRow,
  confidence: ReadonlyMap<string, number> = new Map(),
): CostReportRow {
  const { cost, sharedNano, idleNano } = row;
  return {
    key: cost.key,
    ...(cost.parts && cost.parts.length > 1 && { parts: cost.parts }),
    ...identity(cost),
    cpuCoreHours: cost.cpuCoreHours,
    ramGiBHours: cost.ramByteHours / GIB,
    gpuHours: cost.gpuHours,
    cpuCost: fromNano(cost.cpuNano + idleNano.cpuNano),
    ramCost: fromNano(cost.ramNano + idleNano.ramNano),
    gpuCost: fromNano(cost.gpuNano + idleNano.gpuNano),
    storageCost: fromNano(cost.storageNano),
    networkCost: fromNano(cost.networkNano),
    loadBalancerCost: fromNano(cost.loadBalancerNano),
    sharedCost: fromNano(sharedNano),
    totalCost: fromNano(totalNano(row)),
    ...efficiencyOf(cost),
    coverage: cost.coverage,
    coverageBy: cost.coverageBy ?? makeParts(COVERAGE_FAMILIES, () => cost.coverage),
    priceConfidence: confidence.get(partsKey(rowParts(cost))) ?? 1,
  };
}

function toIdle(idle: NodeParts): CostReport['idle'] {
  return {
    cpuCost: fromNano(idle.cpuNano),
    ramCost: fromNano(idle.ramNano),
    gpuCost: fromNano(idle.gpuNano),
    totalCost: fromNano(nodeNano(idle)),
  };
}

function toNodeIdle(node: NodeCostRow): NodeIdle {
  return { node: node.node, ...toIdle(idleOf(node)), nodeCost: fromNano(nodeNano(node)) };
}

function identity(cost: CostRow): Partial<CostReportRow> {
  const { namespace, workload, owner, node, pod, container, image = null } = cost;
  const all = Object.entries({ namespace, workload, owner, node, pod, container, image });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}
