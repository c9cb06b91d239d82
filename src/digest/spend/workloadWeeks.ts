import { costNano } from '../../model/costParts.ts';
import type { CostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import { nameOfRow } from './sumRows.ts';

/** What is allocated of nodes, and priced by them. */
export const WEEK_RESOURCES = ['cpu', 'ram', 'gpu'] as const;
export type Resource = (typeof WEEK_RESOURCES)[number];

/** One resource of one container in one week; hours are core-hours, byte-hours or GPU-hours. */
export interface ResourceUse {
  nano: Nano;
  hours: number;
  /** Asked for; the rest of `hours` was used beyond that. */
  requestHours: number;
}

/** One workload in one week. */
export interface WorkloadWeek {
  readonly key: string;
  readonly namespace: string;
  nano: Nano;
  storageNano: Nano;
  networkNano: Nano;
  loadBalancerNano: Nano;
  /** Container → hours that it ran, over all pods. */
  readonly runHours: Map<string, number>;
  /** `container`, kind of node and resource → use. */
  readonly uses: Map<string, Map<string, Record<Resource, ResourceUse>>>;
}

/**
 * Groups cost rows (by container and node) into workloads.
 *
 * @param keyOf what a row counts as; workloads are kept apart by it
 * @param nodeKind what is compared of a node: names of nodes change, kinds stay
 */
export function workloadWeeks(
  rows: readonly CostRow[],
  keyOf: (row: CostRow) => string,
  nodeKind: (node: string | null) => string,
): ReadonlyMap<string, WorkloadWeek> {
  const weeks = new Map<string, WorkloadWeek>();
  for (const row of rows) {
    const key = keyOf(row);
    let week = weeks.get(key);
    if (week === undefined) weeks.set(key, (week = emptyWeek(row)));
    addRow(week, row, nodeKind(row.node));
  }
  return weeks;
}

function emptyWeek(row: CostRow): WorkloadWeek {
  return {
    key: nameOfRow(row),
    namespace: row.namespace ?? '',
    nano: 0,
    storageNano: 0,
    networkNano: 0,
    loadBalancerNano: 0,
    runHours: new Map(),
    uses: new Map(),
  };
}

function addRow(week: WorkloadWeek, row: CostRow, kind: string): void {
  const { storageNano, networkNano, loadBalancerNano, cpuNano, ramNano, gpuNano } = row;
  const container = row.container ?? '';
  week.nano += costNano(row);
  week.storageNano += storageNano;
  week.networkNano += networkNano;
  week.loadBalancerNano += loadBalancerNano;
  week.runHours.set(container, (week.runHours.get(container) ?? 0) + (row.runHours ?? 0));
  const kinds = week.uses.get(container) ?? new Map<string, Record<Resource, ResourceUse>>();
  week.uses.set(container, kinds);
  const use = kinds.get(kind) ?? { cpu: noUse(), ram: noUse(), gpu: noUse() };
  kinds.set(kind, use);
  addUse(use.cpu, cpuNano, row.cpuCoreHours, row.cpuRequestCoreHours);
  addUse(use.ram, ramNano, row.ramByteHours, row.ramRequestByteHours);
  addUse(use.gpu, gpuNano, row.gpuHours, row.gpuHours);
}

function addUse(use: ResourceUse, nano: Nano, hours: number, requestHours: number): void {
  use.nano += nano;
  use.hours += hours;
  use.requestHours += Math.min(hours, requestHours);
}

export function noUse(): ResourceUse {
  return { nano: 0, hours: 0, requestHours: 0 };
}

/** Pod-hours: every pod runs each of its containers, so the container that ran longest counts. */
export function podHours({ runHours }: WorkloadWeek): number {
  return Math.max(0, ...runHours.values());
}
