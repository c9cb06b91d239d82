import type { BillDay } from '../../store/bills.ts';
import type { NodeCostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import { splitNano } from '../exact.ts';

type Resources = Readonly<Record<'cpu' | 'ram' | 'gpu', Nano>>;

/** What a node was estimated to cost on a whole day, and what the bill says of it. */
interface NodeBill {
  readonly estimated: Resources;
  readonly billed: Resources;
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
  const shares = splitNano(bill.poolNano, unnamed.map(totalOf));
  const isSpread = bill.poolNano !== 0 && unnamed.some((node) => totalOf(node) > 0);
  const pool = new Map(unnamed.map((node, index) => [node.node, shares[index] ?? 0]));
  const bills = new Map<string, NodeBill>();
  let reconciled = 0;
  for (const node of nodes) {
    const nano = bill.nodes.get(node.node) ?? (isSpread ? pool.get(node.node) : undefined);
    if (nano === undefined) continue;
    const estimated = { cpu: node.cpuNano, ram: node.ramNano, gpu: node.gpuNano };
    const parts = splitNano(nano, [estimated.cpu, estimated.ram, estimated.gpu]);
    // Nothing was estimated: there is nothing to split by, so all of it counts as CPU.
    const billed =
      totalOf(node) > 0
        ? { cpu: parts[0] ?? 0, ram: parts[1] ?? 0, gpu: parts[2] ?? 0 }
        : { cpu: nano, ram: 0, gpu: 0 };
    bills.set(node.node, { estimated, billed });
    reconciled += nano;
  }
  return {
    nodes: bills,
    unreconciledNano: bill.totalNano - reconciled,
    whole: bills.size === nodes.length,
  };
}

/** Scales a part of a day's cost: exactly the bill for the whole, in proportion for a part. */
export function scaleTo(part: Nano, estimated: Nano, billed: Nano): Nano {
  if (part === estimated) return billed;
  return estimated === 0 ? 0 : Math.round(part * (billed / estimated));
}

function totalOf(node: NodeCostRow): Nano {
  return node.cpuNano + node.ramNano + node.gpuNano;
}
