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
import type { Allocation, NodeCost, WindowCosts } from '../../model/cost.ts';
import type { Window } from '../../model/time.ts';

/** A window as it was observed and priced, before or without being recorded. */
export interface PricedWindow {
  readonly costs: WindowCosts;
  readonly coverage: number;
}

const SUMMED = [...RESOURCE_HOURS, ...COST_PARTS];

type Sums = { -readonly [K in keyof CostRow]: CostRow[K] };

/**
 * The cost table by namespace of windows that no history holds: the first look at a cluster. It has the
 * form of a table read from the history, so that it is reported in the same way.
 */
export async function namespaceTable(
  priced: AsyncIterable<PricedWindow>,
  window: Window,
): Promise<CostTable> {
  const rows = new Map<string, Sums>();
  const nodes: NodeCost[] = [];
  const shares: number[] = [];
  const unseenNano = new Map<string, number>();
  for await (const { costs, coverage } of priced) {
    for (const node of costs.nodes) nodes.push(node);
    shares.push(coverage);
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
  const coverage = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
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
