import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Allocation } from '../model/cost.ts';
import type { ContainerSample, NodeSample, PodSample, VolumeSample } from '../model/snapshot.ts';
import { allocate } from './allocate.ts';
import { UNKNOWN_NODE } from './nodes.ts';
import { priceNodes } from './priceNodes.ts';
import { aContainer, aNode, aPod, aSnapshot, pricing } from './testing.ts';

const GIB = 1024 ** 3;
const share = fc.double({ min: 0, max: 1, noNaN: true });

function maybe(max: number): fc.Arbitrary<number | null> {
  return fc.option(fc.double({ min: 0, max, noNaN: true }), { freq: 6 });
}

const node = (name: string): fc.Arbitrary<NodeSample> =>
  fc
    .record({
      cpuCores: fc.option(fc.integer({ min: 1, max: 96 }), { freq: 9 }),
      ramBytes: fc.option(
        fc.integer({ min: 1, max: 384 }).map((gib) => gib * GIB),
        { freq: 9 },
      ),
      gpus: fc.option(fc.integer({ min: 0, max: 8 }), { freq: 9 }),
      upShare: fc.oneof(fc.constant(1), share),
      labels: fc.constantFrom<Record<string, string>>({}, { pool: 'priced' }),
    })
    .map((fields) => aNode({ name, ...fields }));

const container: fc.Arbitrary<ContainerSample> = fc
  .record({
    name: fc.constantFrom('app', 'init', 'proxy'),
    init: fc.boolean(),
    cpuRequestCores: maybe(40),
    cpuUsageCores: maybe(60), // more than most nodes have: overcommitted nodes are common here
    ramRequestBytes: maybe(200 * GIB),
    ramUsageBytes: maybe(300 * GIB),
    gpuRequest: maybe(4),
    runShare: share,
    coverage: share,
  })
  .map((fields) => aContainer(fields));

const pod = (index: number): fc.Arbitrary<PodSample> =>
  fc
    .record({
      namespace: fc.constantFrom('shop', 'data', 'kube-system'),
      node: fc.constantFrom('n0', 'n1', 'n2', 'gone', null),
      heldShare: share,
      containers: fc.array(container, { maxLength: 4 }),
    })
    .map((fields) => aPod({ name: `p${index}`, uid: `u${index}`, ...fields }));

const volume: fc.Arbitrary<VolumeSample> = fc.record({
  namespace: fc.constantFrom('shop', 'data'),
  claim: fc.constantFrom('a', 'b'),
  storageClass: fc.constant(null),
  volume: fc.constant(null),
  bytes: maybe(1e12),
  mountedBy: fc.uniqueArray(fc.constantFrom('u0', 'u1', 'u2', 'elsewhere')),
  boundShare: share,
  exportedPriceGiBHour: maybe(0.001),
});

const cluster = fc
  .record({
    nodes: fc.tuple(node('n0'), node('n1'), node('n2')),
    pods: fc
      .integer({ min: 0, max: 12 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => pod(index)))),
    volumes: fc.array(volume, { maxLength: 4 }),
    windowNumber: fc.nat(100_000),
  })
  .map(({ windowNumber, ...fields }) => {
    const start = Date.UTC(2026, 0, 1) + windowNumber * 300_000;
    return aSnapshot({ ...fields, window: { start, end: start + 300_000 } });
  });

const RULES = pricing({ nodes: [{ match: { pool: 'priced' }, hourly: 0.384 }] });

describe('rows + idle = nodes', () => {
  it('holds to the last nano on a thousand random clusters, overcommitted ones among them', () => {
    let overcommitted = 0;
    fc.assert(
      fc.property(cluster, (snapshot) => {
        const costs = allocate(snapshot, priceNodes(snapshot, RULES), RULES);
        for (const cost of costs.nodes) {
          const on = costs.allocations.filter(
            (row) => (row.pod.node ?? UNKNOWN_NODE) === cost.node,
          );
          expect(sum(on, 'cpuNano') + cost.idleCpuNano).toBe(cost.cpuNano);
          expect(sum(on, 'ramNano') + cost.idleRamNano).toBe(cost.ramNano);
          expect(sum(on, 'gpuNano') + cost.idleGpuNano).toBe(cost.gpuNano);
          if (cost.idleCpuNano < 0) overcommitted++;
        }
        // No allocation is on a node that is not listed: nothing falls between rows and nodes.
        const listed = costs.nodes.reduce(
          (total, cost) => total + cost.cpuNano - cost.idleCpuNano,
          0,
        );
        expect(listed).toBe(sum(costs.allocations, 'cpuNano'));
        for (const row of costs.allocations) {
          expect(Number.isSafeInteger(row.cpuNano + row.ramNano + row.gpuNano)).toBe(true);
          expect(
            Math.min(row.cpuNano, row.ramNano, row.gpuNano, row.storageNano),
          ).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(overcommitted).toBeGreaterThan(100);
  });

  it('charges every mounted or unmounted claim of known size exactly once', () => {
    fc.assert(
      fc.property(cluster, (snapshot) => {
        const costs = allocate(snapshot, priceNodes(snapshot, RULES), RULES);
        const unmounted = allocate({ ...snapshot, pods: [] }, new Map(), RULES);
        const whole = unmounted.unattached.reduce((total, cost) => total + cost.nano, 0);
        const rest = costs.unattached.reduce((total, cost) => total + cost.nano, 0);
        expect(sum(costs.allocations, 'storageNano') + rest).toBe(whole);
      }),
      { numRuns: 200 },
    );
  });
});

function sum(
  rows: readonly Allocation[],
  field: 'cpuNano' | 'ramNano' | 'gpuNano' | 'storageNano',
): number {
  return rows.reduce((total, row) => total + row[field], 0);
}
