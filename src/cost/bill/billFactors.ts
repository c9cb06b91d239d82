import type { BillDay } from '../../store/bills.ts';
import type { NodeCostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import {
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  type NodeParts,
} from '../../model/costParts.ts';
import { splitNano } from '../exact.ts';

/** What a node was estimated to cost on a whole day, and what the bill says of it. */
interface NodeBill {
  readonly estimated: NodeParts;
  readonly billed: NodeParts;
}

export interface DayBills {
  readonly nodes: ReadonlyMap<string, NodeBill>;
  /** What the bill charges beyond what could be put on nodes of that day. */
  readonly unreconciledNano: Nano;
  /** True when every node of the day has a bill. */
  readonly whole: boolean;
}

/**
 * Puts a day's bill on its nodes. A node that the bill names costs what it says; nodes that it does not name
 * share the pool of charges without a resource, by what they were estimated to cost (a factor for the
 * cluster and day). A node's bill is split over its resources as its estimate was. Nodes without
 * either keep their estimate.
 */
export function billFactors(bill: BillDay, nodes: readonly NodeCostRow[]): DayBills {
  const unnamed = nodes.filter(({ node }) => !bill.nodes.has(node));
  const poolShares = splitNano(bill.poolNano, unnamed.map(nodeNano));
  const isSpread = bill.poolNano !== 0 && unnamed.some((node) => nodeNano(node) > 0);
  const pool = new Map(unnamed.map((node, index) => [node.node, poolShares[index] ?? 0]));
  const bills = new Map<string, NodeBill>();
  let reconciled = 0;
  for (const node of nodes) {
    const nano = bill.nodes.get(node.node) ?? (isSpread ? pool.get(node.node) : undefined);
    if (nano === undefined) continue;
    const shares = splitNano(
      nano,
      NODE_PARTS.map((part) => node[part]),
    );
    // Nothing was estimated: there is nothing to split by, so all of it counts as CPU.
    const billed =
      nodeNano(node) > 0
        ? makeParts(NODE_PARTS, (part) => shares[NODE_PARTS.indexOf(part)] ?? 0)
        : { ...NO_NODE_PARTS, cpuNano: nano };
    bills.set(node.node, { estimated: node, billed });
    reconciled += nano;
  }
  return {
    nodes: bills,
    unreconciledNano: bill.totalNano - reconciled,
    whole: bills.size === nodes.length,
  };
}

/**
 * What a bill changes about a part of a day's cost: for the whole day exactly the bill, in proportion for
 * a part.
 */
export function changeOf(cost: NodeParts, { estimated, billed }: NodeBill): NodeParts {
  return makeParts(NODE_PARTS, (part) => {
    if (cost[part] === estimated[part]) return billed[part] - cost[part];
    if (estimated[part] === 0) return -cost[part];
    return Math.round(cost[part] * (billed[part] / estimated[part])) - cost[part];
  });
}
