import { describe, expect, it } from 'vitest';
import { aContainer, aNode, aPod, aSnapshot, pricing } from '../../test/support/cost.ts';
import type { PodHold } from '../model/podHold.ts';
import type { ContainerSample, PodSample } from '../model/snapshot.ts';
import { allocate } from './allocate.ts';
import { priceNodes } from './priceNodes.ts';
import { pricingProblems } from './pricingProblems.ts';

const GIB = 1024 ** 3;
const NO_HOLD: PodHold = { init: {}, podLevel: {}, overhead: {}, isOrderGuessed: false };

/** Core-hours and GiB-hours of each container in an hour on a node of 8 cores and 32 GiB. */
function hoursOf(pods: readonly PodSample[]): readonly (readonly [string, number, number])[] {
  const snapshot = aSnapshot({
    pods,
    nodes: [aNode({ name: 'n1', cpuCores: 8, ramBytes: 32 * GIB })],
  });
  const prices = priceNodes(snapshot, pricing());
  return allocate(snapshot, prices, pricing()).allocations.map((one) => [
    one.container.name,
    one.cpuCoreHours,
    one.ramByteHours / GIB,
  ]);
}

function container(
  name: string,
  cpu: [request: number, usage: number],
  more: Partial<ContainerSample> = {},
): ContainerSample {
  return aContainer({ name, cpuRequestCores: cpu[0], cpuUsageCores: cpu[1], ...more });
}

describe('what is reserved', () => {
  it('of the pod as a whole goes to those who use it, then evenly; usage inside it costs nothing more', () => {
    const pod = aPod({
      name: 'web',
      containers: [container('a', [0, 3]), container('b', [0.5, 0.1])],
      hold: { ...NO_HOLD, podLevel: { cpu: 3.5 } },
    });
    expect(hoursOf([pod])).toEqual([
      ['a', 3.25, 0],
      ['b', 0.75, 0],
    ]);
  });

  it('of a RuntimeClass is charged on top of what containers use', () => {
    const pod = aPod({
      name: 'kata',
      containers: [container('a', [1, 2])],
      hold: { ...NO_HOLD, overhead: { cpu: 0.25, memory: 2 * GIB } },
    });
    expect(hoursOf([pod])).toEqual([['a', 2.25, 2]]);
  });

  it('as huge pages is memory that no working set shows', () => {
    const pod = aPod({
      name: 'db',
      heldShare: 0.5,
      containers: [
        container('a', [1, 0], {
          ramRequestBytes: 4 * GIB,
          ramUsageBytes: 3 * GIB,
          devices: { hugepages_1Gi: 8 * GIB },
        }),
      ],
    });
    expect(hoursOf([pod])).toEqual([['a', 0.5, 3 + 4]]);
  });

  it('while sidecars and init containers start together is charged to the init container', () => {
    const pod = aPod({
      name: 'job',
      containers: [
        container('main', [1, 0]),
        container('setup', [2, 0], { init: true }),
        container('sidecar', [1, 0]),
      ],
      hold: { ...NO_HOLD, init: { cpu: 1 } },
    });
    expect(hoursOf([pod])).toEqual([
      ['main', 1, 0],
      ['setup', 1, 0],
      ['sidecar', 1, 0],
    ]);
  });

  it('is never more than the node has: a larger request gets what the others leave, and is told', () => {
    const wish = aPod({ name: 'api', containers: [container('a', [64, 0.3])] });
    const other = aPod({ name: 'other', containers: [container('b', [1.5, 0])] });
    expect(hoursOf([wish, other])).toEqual([
      ['a', 6.5, 0],
      ['b', 1.5, 0],
    ]);
    const snapshot = aSnapshot({ pods: [wish, other] });
    const costs = allocate(snapshot, priceNodes(snapshot, pricing()), pricing());
    expect(pricingProblems(snapshot, costs)).toMatchObject([
      { code: 'reservation-unsure', text: expect.stringContaining('shop/api') as string },
    ]);
    // Two pods that together reserve more than there is are a fact of the node: idle says so.
    const two = ['x', 'y'].map((name) => aPod({ name, containers: [container(name, [6, 0])] }));
    expect(hoursOf(two)).toEqual([
      ['x', 6, 0],
      ['y', 6, 0],
    ]);
  });
});
