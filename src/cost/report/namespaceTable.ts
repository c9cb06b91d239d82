import {
  COST_PARTS,
  costNano,
  idleOf,
  NODE_PARTS,
  nodeNano,
  RESOURCE_HOURS,
  sumNano,
  sumParts,
} from '../../model/costParts.ts';
import { emptyRow, type CostRow, type CostTable } from '../../store/costTable.ts';
import type { Allocation, WindowCosts } from '../../model/cost.ts';
import type { Window } from '../../model/time.ts';

/** A window as it was observed and priced, before or without being recorded. */
export interface PricedWindow {
  readonly window: Window;
  readonly costs: WindowCosts;
  readonly coverage: number;
}

const SUMMED = [...RESOURCE_HOURS, ...COST_PARTS];

type Sums = { -readonly [K in keyof CostRow]: CostRow[K] };

/**
 * The cost table by namespace of windows that no history holds: the first look at a cluster. It has the
 * form of a table read from the history, so that it is reported in the same way.
 */
export function namespaceTable(priced: readonly PricedWindow[], window: Window): CostTable {
  const rows = new Map<string, Sums>();
  const unseenNano = new Map<string, number>();
  for (const { costs } of priced) {
    for (const allocation of costs.allocations) {
      const { namespace } = allocation.pod;
      add(rowOf(rows, namespace), allocation);
      const unseen = unseenNano.get(namespace) ?? 0;
      unseenNano.set(namespace, unseen + costNano(allocation) * (1 - allocation.coverage));
    }
    for (const { namespace, kind, nano } of costs.unattached) {
      const row = rowOf(rows, namespace);
      if (kind === 'volume') row.storageNano += nano;
      else if (kind === 'network') row.networkNano += nano;
      else row.loadBalancerNano += nano;
    }
  }
  for (const [namespace, row] of rows) {
    if (costNano(row) > 0) row.coverage = 1 - (unseenNano.get(namespace) ?? 0) / costNano(row);
  }
  const nodes = priced.flatMap(({ costs }) => costs.nodes);
  const coverage =
    priced.reduce((sum, { coverage: share }) => sum + share, 0) / Math.max(1, priced.length);
  return {
    window,
    rows: [...rows.values()],
    idle: sumParts(NODE_PARTS, nodes.map(idleOf)),
    nodesNano: sumNano(nodes, nodeNano),
    coverage,
    provisional: true,
  };
}

function rowOf(rows: Map<string, Sums>, namespace: string): Sums {
  const known = rows.get(namespace);
  if (known !== undefined) return known;
  const row: Sums = {
    ...emptyRow(namespace),
    parts: [namespace],
    namespace,
    gpuUsageHours: null,
  };
  rows.set(namespace, row);
  return row;
}

function add(row: Sums, allocation: Allocation): void {
  for (const column of SUMMED) row[column] += allocation[column];
}
