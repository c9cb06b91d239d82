import { expect, it } from 'vitest';
import { containerSample, podSample } from '../../test/support/snapshots.ts';
import type { Allocation } from '../model/cost.ts';
import { namespaceCosts, OTHER_NAMESPACES } from './namespaceCosts.ts';

function allocation(namespace: string, nano: number, change: Partial<Allocation> = {}): Allocation {
  return {
    pod: podSample({ namespace }),
    container: containerSample(),
    cpuCoreHours: 1,
    ramByteHours: 0,
    gpuHours: 0,
    cpuRequestCoreHours: 1,
    cpuUsageCoreHours: 0.25,
    ramRequestByteHours: 0,
    ramUsageByteHours: 0,
    cpuNano: nano,
    ramNano: 0,
    gpuNano: 0,
    storageNano: 0,
    networkNano: 0,
    loadBalancerNano: 0,
    coverage: 1,
    ...change,
  };
}

it('adds up what each namespace costs and how much of it is used', () => {
  const costs = namespaceCosts({
    allocations: [
      allocation('shop', 100),
      allocation('shop', 100, { cpuUsageCoreHours: 0.75 }),
      allocation('data', 50, { storageNano: 400 }),
    ],
    nodes: [],
    unattached: [{ namespace: 'old', name: 'disk', kind: 'volume', nano: 7 }],
  });
  expect(costs).toEqual([
    { namespace: 'data', nano: 450, usedNano: 12.5, requestedNano: 50 },
    { namespace: 'shop', nano: 200, usedNano: 100, requestedNano: 200 },
    { namespace: 'old', nano: 7, usedNano: 0, requestedNano: 0 },
  ]);
});

it('bounds the label values: the cheapest namespaces are one', () => {
  const allocations = Array.from({ length: 300 }, (_, index) =>
    allocation(`ns-${index}`, 1_000 - index),
  );
  const costs = namespaceCosts({ allocations, nodes: [], unattached: [] });
  expect(costs).toHaveLength(201);
  expect(costs.at(-1)?.namespace).toBe(OTHER_NAMESPACES);
  const sum = costs.reduce((total, { nano }) => total + nano, 0);
  expect(sum).toBe(allocations.reduce((total, { cpuNano }) => total + cpuNano, 0));
});
