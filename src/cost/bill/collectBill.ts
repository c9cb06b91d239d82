import type { BillDay } from '../../history/history.ts';
import { toNano } from '../../model/money.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import { nodeFinder, type NodeFinder } from './matchNodes.ts';
import type { NodeRecord } from '../../history/history.ts';
import type { Charge } from './readFocus.ts';

/** What a bill came to, by day. */
export interface CollectedBill {
  readonly days: readonly BillDay[];
  readonly charges: number;
  /** Nodes that the bill named. */
  readonly nodes: number;
}

interface Day {
  total: number;
  pool: number;
  readonly nodes: Map<string, number>;
}

/**
 * Adds a bill's charges up by UTC day and node; a charge over several days is spread by time. A charge for a
 * resource that is a node counts for it. Compute used without naming any resource goes into a pool for
 * the nodes that the bill does not name. Everything else (other machines, storage, tax) is in the day's
 * total only, and stays unreconciled.
 */
export async function collectBill(
  charges: AsyncIterable<Charge>,
  nodes: readonly NodeRecord[],
): Promise<CollectedBill> {
  const find = nodeFinder(nodes);
  const days = new Map<TimeMs, Day>();
  const named = new Set<string>();
  let count = 0;
  for await (const charge of charges) {
    count += 1;
    const node = nodeOf(charge, find);
    if (node !== null) named.add(node);
    for (const { day, share } of daysOf(charge)) {
      const sums = days.get(day) ?? { total: 0, pool: 0, nodes: new Map<string, number>() };
      days.set(day, sums);
      const cost = charge.cost * share;
      sums.total += cost;
      if (node !== null) sums.nodes.set(node, (sums.nodes.get(node) ?? 0) + cost);
      else if (isPooled(charge)) sums.pool += cost;
    }
  }
  const sorted = [...days].sort(([left], [right]) => left - right);
  return {
    days: sorted.map(([day, sums]) => toBillDay(day, sums)),
    charges: count,
    nodes: named.size,
  };
}

function nodeOf(charge: Charge, find: NodeFinder): string | null {
  return charge.resourceId === null ? null : find(charge.resourceId);
}

function isPooled(charge: Charge): boolean {
  const isUsage = charge.category === '' || charge.category === 'Usage';
  const isCompute = charge.serviceCategory === '' || charge.serviceCategory === 'Compute';
  return charge.resourceId === null && isUsage && isCompute;
}

function* daysOf({ start, end }: Charge): Generator<{ day: TimeMs; share: number }> {
  for (let day = floorTo(start, DAY_MS); day < end; day += DAY_MS) {
    const within = Math.min(end, day + DAY_MS) - Math.max(start, day);
    yield { day, share: within / (end - start) };
  }
}

function toBillDay(day: TimeMs, { total, pool, nodes }: Day): BillDay {
  const byNode = [...nodes].map(([node, cost]) => [node, toNano(cost)] as const);
  return { day, totalNano: toNano(total), poolNano: toNano(pool), nodes: new Map(byNode) };
}
