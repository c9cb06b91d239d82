import { BILL_PARTS, type BillDay, type BillParts } from '../../store/bills.ts';
import type { CostTable } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import {
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  sumNano,
  type NodeParts,
} from '../../model/costParts.ts';
import { splitNano } from '../exact.ts';

/** What a node was estimated to cost on a whole day, and what the bill says of it. */
interface NodeBill {
  readonly estimated: NodeParts;
  readonly billed: NodeParts;
}

export interface PartBill {
  readonly estimated: Nano;
  readonly billed: Nano;
}

export interface DayBills {
  readonly nodes: ReadonlyMap<string, NodeBill>;
  /** What volumes, load balancers and traffic were estimated to cost and were billed; absent where only one is known. */
  readonly parts: Readonly<Partial<Record<keyof BillParts, PartBill>>>;
  readonly onNodesNano: Nano;
  readonly besideNano: Nano;
  /** Why charges could be put on nothing. */
  readonly reasons: ReadonlyMap<string, Nano>;
  /** What the bill charges beyond what could be put on anything of that day. */
  readonly unreconciledNano: Nano;
  /** True when every node of the day has a bill. */
  readonly whole: boolean;
}

/**
 * Puts a day's bill on its nodes. A node that the bill names costs what it says; nodes that it does not name
 * share the pool of charges without a resource, by what they were estimated to cost (a factor for the
 * cluster and day). A node's bill is split over its resources as its estimate was. Nodes without
 * either keep their estimate. Volumes, load balancers and traffic are scaled as a whole.
 *
 * @param day the day's costs by node.
 */
export function billFactors(
  bill: BillDay,
  { rows, nodes = [] }: Pick<CostTable, 'rows' | 'nodes'>,
): DayBills {
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
  const reasons = new Map(bill.reasons);
  const parts: Partial<Record<keyof BillParts, PartBill>> = {};
  let beside = 0;
  for (const part of BILL_PARTS) {
    const [estimated, billed] = [sumNano(rows, (row) => row[part]), bill.parts[part]];
    if (billed === 0) continue;
    if (estimated > 0) {
      parts[part] = { estimated, billed };
      beside += billed;
    } else reasons.set(`${PART_NAMES[part]}: none were seen in the cluster`, billed);
  }
  const onNodes = [...bill.nodes.keys()].filter((name) => !bills.has(name));
  const away = onNodes.reduce((sum, name) => sum + (bill.nodes.get(name) ?? 0), 0);
  if (away !== 0) reasons.set('nodes that were not seen that day', away);
  if (bill.poolNano !== 0 && !isSpread)
    reasons.set('compute that names no machine, while all nodes have a bill', bill.poolNano);
  return {
    nodes: bills,
    parts,
    onNodesNano: reconciled,
    besideNano: beside,
    reasons,
    unreconciledNano: bill.totalNano - reconciled - beside,
    whole: bills.size === nodes.length,
  };
}

const PART_NAMES: Readonly<Record<keyof BillParts, string>> = {
  storageNano: 'volumes',
  networkNano: 'traffic',
  loadBalancerNano: 'load balancers',
};

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
