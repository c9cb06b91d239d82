import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { randomCluster } from '../../test/support/randomCluster.ts';
import type { Allocation } from '../model/cost.ts';
import { allocate } from './allocate.ts';
import { UNKNOWN_NODE } from './nodes.ts';
import { priceNodes } from './priceNodes.ts';
import { pricing } from '../../test/support/cost.ts';

const RULES = pricing({ nodes: [{ match: { pool: 'priced' }, hourly: 0.384 }] });

describe('rows + idle = nodes', () => {
  it('holds to the last nano on a thousand random clusters, overcommitted ones among them', () => {
    let overcommitted = 0;
    fc.assert(
      fc.property(randomCluster, (snapshot) => {
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
    expect(overcommitted).toBeGreaterThan(50);
  });

  it('charges every mounted or unmounted claim of known size exactly once', () => {
    fc.assert(
      fc.property(randomCluster, (snapshot) => {
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
