import { describe, expect, it } from 'vitest';
import {
  containerSample,
  nodeSample,
  podSample,
  snapshotOf,
} from '../../test/support/snapshots.ts';
import { madeUpBatch, type MadeUpSeries } from '../../test/support/madeUpBatch.ts';
import { inventoryOf, rawObject } from '../../test/support/specs.ts';
import { CARDS } from '../model/podHold.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { deviceClaimsAt } from './assemble/devices.ts';
import { countCards } from './countCards.ts';
import { withDeviceClaims } from './deviceClaims.ts';
import { enrich } from './specs/enrich.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
const WINDOW = { start: AT - 300_000, end: AT };
const DRIVER = 'gpu.nvidia.com';

type Held = Partial<PodSample> & { readonly name: string };

function clusterOf(
  pods: readonly Held[],
  devices: Readonly<Record<string, number>> = {},
): Snapshot {
  return snapshotOf(WINDOW, {
    nodes: [nodeSample({ gpus: null, devices })],
    pods: pods.map((pod) => podSample({ ...pod, uid: pod.name })),
  });
}

/** Cards of the node, and of each pod. */
function cardsOf(snapshot: Snapshot): readonly [number | null | undefined, ...number[]] {
  const held = snapshot.pods.map(({ hold, containers }) => {
    const asked = containers.reduce((sum, one) => sum + (one.gpuRequest ?? 0), 0);
    return Number((asked + (hold?.podLevel[CARDS] ?? 0)).toFixed(6));
  });
  return [snapshot.nodes[0]?.gpus, ...held];
}

/** As kube-state-metrics 2.20 shows it. */
function measured(
  cluster: Snapshot,
  published: readonly string[],
  claims: Readonly<Record<string, readonly [devices: readonly string[], pods: readonly string[]]>>,
): Snapshot {
  const series = (labels: Readonly<Record<string, string>>): MadeUpSeries => [labels, [1, 1]];
  const each = Object.entries(claims).map(([resourceclaim, [devices, pods]]) => {
    const claim = { namespace: 'shop', resourceclaim };
    return {
      devices: devices.map((device) =>
        series({ ...claim, driver: DRIVER, pool: 'node-1', device, request: 'gpu' }),
      ),
      pods: pods.map((uid) => series({ ...claim, consumer_uid: uid, consumer_resource: 'pods' })),
    };
  });
  const batch = madeUpBatch([WINDOW], {
    claimDevices: each.flatMap(({ devices }) => devices),
    claimPods: each.flatMap(({ pods }) => pods),
    sliceDevices: published.map((device_name) =>
      series({ driver: DRIVER, pool_name: 'node-1', node_name: 'node-1', device_name }),
    ),
  });
  return countCards(withDeviceClaims(cluster, deviceClaimsAt(batch, 1)), {});
}

describe('devices of ResourceClaims', () => {
  it('are their pods’ cards, and idle ones are the node’s', () => {
    const cluster = clusterOf([{ name: 'train' }, { name: 'web' }]);
    const seen = measured(cluster, ['gpu-0', 'gpu-1', 'gpu-2', 'gpu-3'], {
      big: [['gpu-0', 'gpu-1'], ['train']],
      unused: [['gpu-2'], []],
    });
    expect(cardsOf(seen)).toEqual([4, 2, 0]);
    expect(cardsOf(countCards(seen, {}))).toEqual([4, 2, 0]);
  });

  it('are shared by the pods that hold them together, and handed over by time', () => {
    const together = clusterOf([{ name: 'a' }, { name: 'b' }]);
    const shared = { one: [['gpu-0'], ['a', 'b']] } as const;
    expect(cardsOf(measured(together, ['gpu-0'], shared))).toEqual([1, 0.5, 0.5]);
    const inTurn = clusterOf([
      { name: 'a', heldShare: 0.4 },
      { name: 'b', heldShare: 0.6 },
    ]);
    expect(cardsOf(measured(inTurn, ['gpu-0'], shared))).toEqual([1, 1, 1]);
  });

  it('may be slices; a driver lists a card and all ways to slice it', () => {
    const published = ['gpu-0', 'gpu-0-mig-1g10gb-19-0', 'gpu-0-mig-3g40gb-9-4', 'gpu-vfio-0'];
    const cluster = clusterOf([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const seen = measured(cluster, published, {
      a: [['gpu-0-mig-1g10gb-19-0'], ['a']],
      b: [['gpu-0-mig-3g40gb-9-4'], ['b']],
      c: [['gpu-1-mig-9-4-4'], ['c']],
    });
    expect(cardsOf(seen)).toEqual([1, Number((1 / 7).toFixed(6)), Number((3 / 7).toFixed(6)), 0.5]);
  });

  it('count once where a Deployment asks for them as nvidia.com/gpu', () => {
    const containers = [containerSample({ devices: { nvidia_com_gpu: 1 } })];
    const claim = { 'a-extended-resources-x2x4z': [['gpu-0'], ['a']] } as const;
    const byClaim = clusterOf([{ name: 'a', containers }]);
    expect(cardsOf(measured(byClaim, ['gpu-0', 'gpu-1'], claim))).toEqual([2, 1]);
    const byPlugin = clusterOf([{ name: 'a', containers }], { nvidia_com_gpu: 2 });
    expect(cardsOf(measured(byPlugin, ['gpu-0', 'gpu-1'], {}))).toEqual([2, 1]);
  });

  it('of unknown drivers are named by driver', () => {
    const cluster = clusterOf([{ name: 'a' }]);
    const claims = {
      claims: [
        {
          namespace: 'shop',
          name: 'fpga',
          devices: [{ driver: 'fpga.example.com', pool: 'p', device: 'f-1' }],
          podUids: ['a'],
        },
      ],
      slices: [{ name: 's', node: 'node-1', driver: 'fpga.example.com', devices: ['f-0', 'f-1'] }],
    };
    const seen = withDeviceClaims(cluster, claims);
    expect(countCards(seen, {}).nodes[0]?.unknownDevices).toEqual(['fpga_example_com']);
    expect(cardsOf(countCards(seen, { 'fpga.example.com': 1 }))).toEqual([2, 1]);
  });

  it('come from the API where no metric tells them', () => {
    const result = { driver: DRIVER, pool: 'node-1', device: 'gpu-0', request: 'gpu' };
    const objects = [
      rawObject(
        'resource.k8s.io/v1',
        'ResourceClaim',
        { name: 'one', namespace: 'shop' },
        {
          status: {
            allocation: {
              devices: { results: [result, { ...result, device: 'gpu-1', adminAccess: true }] },
            },
            reservedFor: [{ resource: 'pods', name: 'a', uid: 'a' }],
          },
        },
      ),
      rawObject(
        'resource.k8s.io/v1',
        'ResourceSlice',
        { name: 'node-1-gpu' },
        {
          spec: {
            driver: DRIVER,
            nodeName: 'node-1',
            devices: [{ name: 'gpu-0' }, { name: 'gpu-1' }],
          },
        },
      ),
    ];
    const cluster = clusterOf([{ name: 'a' }, { name: 'monitor' }]);
    expect(cardsOf(enrich(cluster, inventoryOf(objects, AT)))).toEqual([2, 1, 0]);
    const told = measured(cluster, ['gpu-0'], { one: [['gpu-0'], ['monitor']] });
    expect(cardsOf(enrich(told, inventoryOf(objects, AT)))).toEqual([1, 0, 1]);
  });
});
