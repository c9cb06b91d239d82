import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { estimateSavings, type PlacedContainer, type SavingsNode } from './estimateSavings.ts';
import { readPlacement } from './readPlacement.ts';
import { removableNodes, type PackPod } from './removableNodes.ts';

const GIB = 1024 ** 3;

/** Four cores and 16 GiB at 0.2 an hour: 0.03 a core and 0.005 a GiB. */
function node(name: string, pool = 'a'): SavingsNode {
  return {
    name,
    pool,
    allocatableCpuCores: 4,
    allocatableRamBytes: 16 * GIB,
    hourly: 0.2,
    cpuCoreHour: 0.03,
    ramGiBHour: 0.005,
  };
}

function web(pod: string, on: string, cpuCores: number, kind = 'Deployment'): PlacedContainer {
  const workload = { kind, name: 'web' };
  return { namespace: 'shop', pod, workload, container: 'app', node: on, cpuCores, ramBytes: GIB };
}

const KEY = 'shop/Deployment/web/app';

describe('estimateSavings', () => {
  it('counts freed requests always, and money only when a node goes away', () => {
    const nodes = [node('n1'), node('n2')];
    const placed = [web('a', 'n1', 3), web('b', 'n2', 3)];
    // From 3 to 2.5 cores: one core is freed, but 5 cores need two nodes all the same.
    const little = estimateSavings(
      nodes,
      placed,
      new Map([[KEY, { cpuCores: 2.5, ramBytes: null }]]),
    );
    expect(little).toMatchObject({ freedCpuCores: 1, freedRamBytes: 0, moneyPerMonth: 0 });
    expect(little.requestsFreedPerMonth).toBeCloseTo(0.03 * 730, 9);
    expect(little.removableAfter).toEqual([]);
    // To 1.5 cores: both fit on one node (4 cores, a tenth kept free), and the other goes.
    const much = estimateSavings(
      nodes,
      placed,
      new Map([[KEY, { cpuCores: 1.5, ramBytes: null }]]),
    );
    expect(much.removableAfter).toEqual(['n1']);
    expect(much.moneyPerMonth).toBeCloseTo(0.2 * 730, 9);
  });

  it('does not count nodes that could go already', () => {
    const savings = estimateSavings(
      [node('n1'), node('n2'), node('n3')],
      [web('a', 'n1', 1), web('b', 'n2', 1), web('c', 'n3', 1)],
      new Map([[KEY, { cpuCores: 0.5, ramBytes: null }]]),
    );
    expect(savings.removableToday).toEqual(['n1', 'n2']);
    expect(savings.removableAfter).toEqual([]);
    expect(savings.moneyPerMonth).toBe(0);
  });

  it('never promises more than the nodes cost', () => {
    const size = fc.double({ min: 0.01, max: 4, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), size), { maxLength: 30 }),
        size,
        (pods, cpuCores) => {
          const nodes = [0, 1, 2, 3, 4].map((index) => node(`n${index}`));
          const placed = pods.map(([on, cpu], index) => web(`p${index}`, `n${on}`, cpu));
          const savings = estimateSavings(
            nodes,
            placed,
            new Map([[KEY, { cpuCores, ramBytes: 0 }]]),
          );
          expect(savings.moneyPerMonth).toBeLessThanOrEqual(4 * 0.2 * 730 + 1e-9);
        },
      ),
    );
  });
});

describe('removableNodes', () => {
  const pod = (on: string, cpuCores: number, pinned = false): PackPod => {
    return { node: on, cpuCores, ramBytes: GIB, pinned };
  };

  it('lets DaemonSets go with their node, and keeps pods in their pool', () => {
    const nodes = [node('n1'), node('n2'), node('gpu', 'b')];
    const pods = [pod('n1', 0.5, true), pod('n1', 1), pod('n2', 1), pod('n2', 0.5, true)];
    expect([...removableNodes(nodes, pods, 0.1).removed]).toEqual([['n1', ['n2']]]);
  });

  it('minds memory, and leaves everything as it was when one pod finds no room', () => {
    const nodes = [node('n1'), node('n2')];
    const large = { ...pod('n1', 0.1), ramBytes: 14 * GIB };
    const pods = [pod('n1', 0.2), large, pod('n2', 1), { ...pod('n2', 0), ramBytes: 4 * GIB }];
    expect([...removableNodes(nodes, pods, 0).removed]).toEqual([]);
  });
});

describe('readPlacement', () => {
  it('reads nodes and running containers from the last hour', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(SMALL_CLUSTER, Date.UTC(2026, 10, 1), 24);
    const reader = await openHistoryReader(await temp.record('history', records));
    const { nodes, containers } = await readPlacement(reader);
    await reader.close();
    expect(nodes.map(({ name, pool }) => [name, pool])).toEqual([
      ['node-0', 'm5.2xlarge'],
      ['node-1', 'm5.2xlarge'],
      ['node-2', 'm5.2xlarge'],
    ]);
    expect(containers).toHaveLength(24);
    const second = containers.find(
      ({ pod, container }) => pod.startsWith('app-0-0') && container === 'c1',
    );
    expect(second?.cpuCores).toBeCloseTo(0.2, 1);
  });
});
