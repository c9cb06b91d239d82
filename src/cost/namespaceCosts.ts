import { costNano } from '../model/costParts.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { Nano } from '../model/money.ts';

/** What a namespace was allocated in one window, and what it used of that, by cost. */
export interface NamespaceCost {
  readonly namespace: string;
  readonly nano: Nano;
  /** CPU and RAM cost × used / requested, summed; against `requestedNano` it is the efficiency. */
  readonly usedNano: number;
  readonly requestedNano: number;
}

/** Prometheus pays for every label value: namespaces beyond these are put together, the cheapest first. */
const MAX_NAMESPACES = 200;
export const OTHER_NAMESPACES = '__other__';

/** A window's cost by namespace, the dearest first; at most `MAX_NAMESPACES` and the others together. */
export function namespaceCosts(costs: WindowCosts): readonly NamespaceCost[] {
  const sums = new Map<string, { nano: number; usedNano: number; requestedNano: number }>();
  const sumOf = (namespace: string) => {
    let sum = sums.get(namespace);
    if (sum === undefined) sums.set(namespace, (sum = { nano: 0, usedNano: 0, requestedNano: 0 }));
    return sum;
  };
  for (const one of costs.allocations) {
    const sum = sumOf(one.pod.namespace);
    sum.nano += costNano(one);
    add(sum, one.cpuNano, one.cpuUsageCoreHours, one.cpuRequestCoreHours);
    add(sum, one.ramNano, one.ramUsageByteHours, one.ramRequestByteHours);
  }
  for (const { namespace, nano } of costs.unattached) sumOf(namespace).nano += nano;
  const all = [...sums]
    .map(([namespace, sum]) => ({ namespace, ...sum }))
    .sort((a, b) => b.nano - a.nano || (a.namespace < b.namespace ? -1 : 1));
  const rest = all.slice(MAX_NAMESPACES);
  if (rest.length === 0) return all;
  const other = rest.reduce(
    (sum, one) => ({
      namespace: OTHER_NAMESPACES,
      nano: sum.nano + one.nano,
      usedNano: sum.usedNano + one.usedNano,
      requestedNano: sum.requestedNano + one.requestedNano,
    }),
    { namespace: OTHER_NAMESPACES, nano: 0, usedNano: 0, requestedNano: 0 },
  );
  return [...all.slice(0, MAX_NAMESPACES), other];
}

/** Usage against request; usage without a request counts as used, as OpenCost's efficiency has it. */
function add(
  sum: { usedNano: number; requestedNano: number },
  nano: Nano,
  used: number,
  requested: number,
): void {
  if (requested <= 0 && used <= 0) return;
  sum.requestedNano += nano;
  sum.usedNano += requested > 0 ? nano * (used / requested) : nano;
}
