import { describe, expect, it } from 'vitest';
import type { Allocation, NodePrice } from '../model/cost.ts';
import type { Snapshot, VolumeSample } from '../model/snapshot.ts';
import { allocate } from './allocate.ts';
import { UNKNOWN_NODE } from './nodes.ts';
import { aContainer, aNode, aPod, aSnapshot, pricing } from '../../test/support/cost.ts';

const GIB = 1024 ** 3;
/** One unit a core-hour, a tenth a GiB-hour, ten a GPU-hour: costs can be read off the amounts. */
const PRICE: NodePrice = {
  cpuCoreHour: 1,
  ramGiBHour: 0.1,
  gpuHour: 10,
  source: 'flat',
  reason: '',
  coverage: 1,
};
const RULES = pricing({ cpuCoreHour: 1, ramGiBHour: 0.1, gpuHour: 10, storageGiBHour: 0.001 });

function run(
  change: Partial<Snapshot>,
  price: NodePrice = PRICE,
  rules = RULES,
): ReturnType<typeof allocate> {
  const snapshot = aSnapshot(change);
  const names = ['n1', 'gone', UNKNOWN_NODE];
  return allocate(snapshot, new Map(names.map((name) => [name, price])), rules);
}

function cpu(rows: readonly Allocation[]): readonly number[] {
  return rows.map((row) => row.cpuNano / 1e9);
}

describe('allocate', () => {
  it('charges a pod that holds a request without running', () => {
    const waiting = aContainer({
      cpuRequestCores: 2,
      cpuUsageCores: null,
      ramUsageBytes: null,
      waitingReason: 'ImagePullBackOff',
      runShare: 0,
    });
    const { allocations } = run({ pods: [aPod({ name: 'stuck', containers: [waiting] })] });
    expect(cpu(allocations)).toEqual([2]);
  });

  it('charges unknown usage the request, and takes it neither as used nor as wasted', () => {
    const blind = aContainer({ cpuRequestCores: 2, cpuUsageCores: null, coverage: 0 });
    const [row] = run({ pods: [aPod({ name: 'blind', containers: [blind] })] }).allocations;
    expect(row).toMatchObject({ cpuCoreHours: 2, cpuRequestCoreHours: 0, coverage: 0 });
  });

  it('charges usage where there is no request: a miner is not free', () => {
    const miner = aContainer({ cpuRequestCores: null, cpuUsageCores: 3.5 });
    expect(cpu(run({ pods: [aPod({ name: 'm', containers: [miner] })] }).allocations)).toEqual([
      3.5,
    ]);
  });

  it('charges what bursts use above the request, which the mean of a window hides', () => {
    const burst = { cpuRequestCores: 2, cpuUsageCores: 1.5, cpuAboveRequestCores: 0.5 };
    const [row] = run({
      pods: [aPod({ name: 'ci', containers: [aContainer(burst)] })],
    }).allocations;
    expect(row).toMatchObject({
      cpuCoreHours: 2.5,
      cpuRequestCoreHours: 2,
      cpuUsageCoreHours: 1.5,
    });
  });

  it('does not charge the same pod twice, and charges a re-used name by UID', () => {
    const one = aPod({
      name: 'job',
      uid: 'a',
      heldShare: 0.5,
      containers: [aContainer({ cpuRequestCores: 1 })],
    });
    const { allocations } = run({ pods: [one, one, { ...one, uid: 'b' }] });
    expect(cpu(allocations)).toEqual([0.5, 0.5]);
  });

  it('shows an overcommitted node as negative idle', () => {
    const burner = aPod({ name: 'burner', containers: [aContainer({ cpuUsageCores: 3 })] });
    const holder = aPod({ name: 'holder', containers: [aContainer({ cpuRequestCores: 4 })] });
    const [node] = run({ pods: [burner, holder] }).nodes;
    expect(node?.cpuNano).toBe(4e9);
    expect(node?.idleCpuNano).toBe(-3e9);
  });

  it('charges pods on a node that is not observed, and invents no idle there', () => {
    const lost = aPod({
      name: 'lost',
      node: 'gone',
      containers: [aContainer({ cpuRequestCores: 1 })],
    });
    const nowhere = aPod({ name: 'x', node: null, containers: [aContainer({ cpuUsageCores: 2 })] });
    const pending = aPod({ name: 'y', node: null, heldShare: 0 });
    const { nodes } = run({ nodes: [], pods: [lost, nowhere, pending] });
    expect(nodes.map((cost) => [cost.node, cost.cpuNano, cost.idleCpuNano])).toEqual([
      [UNKNOWN_NODE, 2e9, 0],
      ['gone', 1e9, 0],
    ]);
  });

  it('lowers the coverage of containers on nodes without a price', () => {
    const none: NodePrice = {
      ...PRICE,
      cpuCoreHour: 0,
      ramGiBHour: 0,
      source: 'none',
      coverage: 0,
    };
    const [row] = run({ pods: [aPod({ name: 'a' })] }, none).allocations;
    expect(row).toMatchObject({ coverage: 0, cpuNano: 0 });
  });

  it('does not bill a node twice when its series are duplicated', () => {
    const { nodes } = run({ nodes: [aNode({ name: 'n1' }), aNode({ name: 'n1' })] });
    expect(nodes).toHaveLength(1);
  });

  describe('init containers', () => {
    const main = aContainer({ name: 'app', cpuRequestCores: 1, cpuUsageCores: 0.2 });
    const init = (request: number | null, usage: number): ReturnType<typeof aContainer> =>
      aContainer({
        name: 'init',
        init: true,
        cpuRequestCores: request,
        cpuUsageCores: usage,
        runShare: 0.1,
      });
    const charged = (...containers: readonly ReturnType<typeof aContainer>[]): readonly number[] =>
      cpu(run({ pods: [aPod({ name: 'p', containers })] }).allocations);

    it('cost only what the largest asks beyond the main ones: the pod holds max(init, Σ main)', () => {
      expect(charged(main, init(3, 0))).toEqual([1, 2]);
      expect(charged(main, init(3, 0), init(2, 0))).toEqual([1, 2, 0]);
      expect(charged(main, init(0.5, 0))).toEqual([1, 0]);
    });

    it('use the main containers’ reservation first', () => {
      // A tenth of the hour at half a core is within the one core that the pod holds then.
      expect(charged(main, init(null, 0.05))).toEqual([1, 0]);
      // At three cores it burns 0.3 core-hours, of which 0.1 were reserved.
      expect(charged(main, init(null, 0.3))[1]).toBeCloseTo(0.2, 9);
    });
  });

  describe('volumes', () => {
    const claim = {
      namespace: 'shop',
      claim: 'data',
      storageClass: null,
      volume: null,
      bytes: 1000 * GIB, // one unit of currency an hour
      mountedBy: ['a', 'b'],
      boundShare: 1,
      exportedPriceGiBHour: null,
    };
    const pod = (uid: string, heldShare: number): ReturnType<typeof aPod> =>
      aPod({
        name: uid,
        uid,
        heldShare,
        containers: [aContainer({ name: 'x' }), aContainer({ name: 'y' })],
      });

    it('are split over the pods by the time they held them, then over their containers', () => {
      const { allocations, unattached } = run({
        pods: [pod('a', 1), pod('b', 0.25)],
        volumes: [claim],
      });
      expect(allocations.map((row) => row.storageNano / 1e9)).toEqual([0.4, 0.4, 0.1, 0.1]);
      const gib = allocations.map((row) => (row.storageBytes ?? 0) / GIB);
      expect(gib.map(Math.round)).toEqual([400, 400, 100, 100]);
      expect(unattached).toEqual([]);
    });

    it('are mounted all the time when one pod hands them over to the next', () => {
      const first = { ...pod('a', 0.4), heldFrom: 0 };
      const second = { ...pod('b', 0.6), heldFrom: 0.4 };
      const { allocations, unattached } = run({ pods: [first, second], volumes: [claim] });
      expect(allocations.map((row) => row.storageNano / 1e9)).toEqual([0.2, 0.2, 0.3, 0.3]);
      expect(unattached).toEqual([]);
      const late = { ...second, heldFrom: 0.2, heldShare: 0.4 };
      const [rest] = run({ pods: [first, late], volumes: [claim] }).unattached;
      expect(rest?.nano).toBeCloseTo(0.4e9, -1);
    });

    it('have a price by class or driver', () => {
      const storageClasses = { slow: 0.0005, 'disk.csi': 0 };
      const cost = (change: Partial<VolumeSample>): number | undefined =>
        run({ volumes: [{ ...claim, mountedBy: [], ...change }] }, PRICE, {
          ...RULES,
          storageClasses,
        }).unattached[0]?.nano;
      expect(cost({ storageClass: 'slow' })).toBe(0.5e9);
      expect(cost({ driver: 'disk.csi' })).toBeUndefined();
      expect(cost({ storageClass: 'other' })).toBe(1e9);
    });

    it('stay with the namespace while nobody mounts them', () => {
      const { allocations, unattached } = run({ pods: [pod('a', 0.25)], volumes: [claim] });
      expect(allocations.map((row) => row.storageNano / 1e9)).toEqual([0.125, 0.125]);
      expect(unattached).toEqual([
        { namespace: 'shop', name: 'data', kind: 'volume', nano: 0.75e9, bytes: 750 * GIB },
      ]);
    });

    it('take the exporter’s price where there is one, and cost nothing known while their size is not', () => {
      const priced = { ...claim, exportedPriceGiBHour: 0.002, mountedBy: [] };
      expect(run({ volumes: [priced] }).unattached[0]?.nano).toBe(2e9);
      expect(run({ volumes: [{ ...claim, bytes: null }] }).unattached).toEqual([]);
    });
  });

  it('charges load balancers to their namespace for the time they were up', () => {
    const balancers = [{ namespace: 'shop', name: 'lb', upShare: 0.5 }];
    expect(run({ loadBalancers: balancers }).unattached).toEqual([
      { namespace: 'shop', name: 'lb', kind: 'load-balancer', nano: 0.0125e9 },
    ]);
  });

  it('prices egress by an assumption that is named, and knows half of it', () => {
    const network = { assumed: { zone: 0.25, internet: 0.5 } };
    const sent = aPod({ name: 'a', networkTransmitBytesPerSecond: 1024 ** 3 / 3600 });
    const rules = pricing({ network });
    const [cost] = run({ pods: [sent] }, PRICE, rules).allocations;
    expect((cost?.networkNano ?? 0) / 1e9).toBeCloseTo(0.25 * 0.01 + 0.5 * 0.12, 6);
    expect([cost?.coverage, cost?.coverageBy?.network]).toEqual([0.5, 0.5]);
    expect(() => pricing({ network: { assumed: { zone: 0.6, internet: 0.6 } } })).toThrow(
      'together they are at most 1',
    );
  });

  it('prices egress by destination where an exporter tells it apart', () => {
    // Over the hour: 100 GiB to the internet at 0.12, 50 GiB between zones at 0.01.
    const egress = {
      zoneBytesPerSecond: (50 * GIB) / 3600,
      regionBytesPerSecond: null,
      internetBytesPerSecond: (100 * GIB) / 3600,
    };
    const sent = aPod({ name: 'a', egress, networkTransmitBytesPerSecond: 1e9 });
    const mute = aPod({ name: 'b', networkTransmitBytesPerSecond: 1e9 });
    const { allocations } = run({ pods: [sent, mute] });
    expect(allocations.map((row) => row.networkNano / 1e9)).toEqual([12.5, 0]);
    expect(allocations.map((row) => (row.networkZoneNano ?? 0) / 1e9)).toEqual([0.5, 0]);
    expect(allocations.map((row) => row.networkRegionNano)).toEqual([0, 0]);
  });
});
