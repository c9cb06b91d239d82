import { beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { collectStore } from '../support/collectStore.ts';
import { addNode, addPod, every } from '../support/madeUpPod.ts';
import { createMetricStore, type Sample } from '../support/metricStore.ts';

const T = Date.UTC(2026, 10, 28, 10) / 1000;
const times = every(30, T - 600, T + 1200);
let snapshots: readonly Snapshot[];

beforeAll(async () => {
  const store = await createMetricStore();
  addNode(store, times);
  const uid = '11111111-2222-4333-8444-555555555555';
  const pod = { namespace: 'shop', name: 'web', uid, createdAt: T - 600 };
  addPod(store, { ...pod, usageTimes: times, kubeTimes: times, cpuCores: 0.1 });
  // From 1 core to 3 in the middle of the third window: between the samples at 120 s and 150 s of it.
  store.add(
    'kube_pod_container_resource_requests',
    { namespace: 'shop', pod: 'web', uid, container: 'resized', resource: 'cpu' },
    times.map((time): Sample => [time, time <= T + 720 ? 1 : 3]),
  );
  const sidecar = { namespace: 'shop', pod: 'web', uid, container: 'proxy' };
  store.add(
    'kube_pod_init_container_info',
    { ...sidecar, restart_policy: 'Always', image: 'proxy:1' },
    times.map((time): Sample => [time, 1]),
  );
  store.add(
    'kube_pod_init_container_resource_requests',
    { ...sidecar, resource: 'cpu' },
    times.map((time): Sample => [time, time <= T + 720 ? 1 : 3]),
  );
  const windows = [0, 300, 600, 900].map((start) => ({
    start: (T + start) * 1000,
    end: (T + start + 300) * 1000,
  }));
  snapshots = await collectStore(store, async (collect) => [
    ...(await collect(windows)),
    ...(await collect(windows.slice(2, 3))),
  ]);
});

describe('a request that changes within a window', () => {
  it.each(['resized', 'proxy'])('counts from when it changes, in a batch and alone: %s', (name) => {
    const requests = snapshots.map(
      ({ pods }) => pods[0]?.containers.find((one) => one.name === name)?.cpuRequestCores,
    );
    const mean = (1 * 135 + 3 * 165) / 300;
    expect(requests).toEqual([1, 1, mean, 3, mean]);
  });
});
