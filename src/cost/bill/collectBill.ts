import type { BillDay } from '../../store/bills.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { toNano } from '../../model/money.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import { nodeFinder } from './matchNodes.ts';
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
    const matched = charge.resourceId === null ? [] : find(charge.resourceId);
    for (const { day, share } of daysOf(charge)) {
      const sums = days.get(day) ?? { total: 0, pool: 0, nodes: new Map<string, number>() };
      days.set(day, sums);
      const cost = charge.cost * share;
      sums.total += cost;
      if (isPooled(charge)) sums.pool += cost;
      for (const { name, part } of partsOf(matched, day)) {
        named.add(name);
        sums.nodes.set(name, (sums.nodes.get(name) ?? 0) + cost * part);
      }
    }
  }
  const sorted = [...days].sort(([left], [right]) => left - right);
  return {
    days: sorted.map(([day, sums]) => toBillDay(day, sums)),
    charges: count,
    nodes: named.size,
  };
}

/** One node has all of a charge; the nodes of a scale set share it by the hours of the day that each was there. */
function partsOf(
  nodes: readonly NodeRecord[],
  day: TimeMs,
): readonly { readonly name: string; readonly part: number }[] {
  const [first, ...others] = nodes;
  if (first === undefined) return [];
  if (others.length === 0) return [{ name: first.name, part: 1 }];
  const hours = nodes.map(({ firstSeen, lastSeen }) =>
    Math.max(0, Math.min(day + DAY_MS, lastSeen) - Math.max(day, firstSeen)),
  );
  const sum = hours.reduce((total, each) => total + each, 0);
  if (sum === 0) return [];
  return nodes.map(({ name }, index) => ({ name, part: (hours[index] ?? 0) / sum }));
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
