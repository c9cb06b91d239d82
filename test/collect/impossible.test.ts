import { beforeAll, describe, expect, it } from 'vitest';
import type { PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { collectStore } from '../support/collectStore.ts';
import { addPod, cgroupOf, constant, every, type MadeUpPod } from '../support/madeUpPod.ts';
import { createMetricStore, type Sample } from '../support/metricStore.ts';

/** Series that tell what cannot be, beside honest ones, on a real Prometheus. */
const T = 1_795_000_200;
const times = every(30, T - 900, T + 900);
const GIB = 2 ** 30;
let snapshot: Snapshot;

function pod(name: string, n: number, more: Partial<MadeUpPod> = {}): MadeUpPod {
  return {
    namespace: 'shop',
    name,
    uid: `0000000${n}-1111-4000-8000-000000000000`,
    createdAt: T - 50_000,
    usageTimes: times,
    kubeTimes: times,
    cpuCores: 0.25,
    ...more,
  };
}

beforeAll(async () => {
  const store = await createMetricStore();
  store.add('kube_node_info', { node: 'n1' }, constant(times, 1));
  const capacity = (node: string, resource: string, value: number): void =>
    store.add('kube_node_status_capacity', { node, resource }, constant(times, value));
  capacity('n1', 'cpu', 4);
  capacity('n1', 'memory', 8 * GIB);
  store.add('kube_node_info', { node: 'hole' }, constant(times, 1));
  capacity('hole', 'cpu', -64);
  capacity('hole', 'memory', 1e300);
  addPod(store, pod('honest', 1));
  // More cores than its node has, a counter of no number, one that is negative.
  addPod(store, pod('greedy', 2, { cpuCores: 40 }));
  addPod(store, pod('negative', 3, { cpuCores: -2 }));
  addPod(store, pod('absurd', 4, { cpuCores: 1e290 }));
  // Twice what its node has, beside its own true samples.
  const cgroup = {
    namespace: 'shop',
    pod: 'honest',
    container: 'app',
    id: cgroupOf(pod('honest', 1).uid, 'c2'),
  };
  store.add('container_memory_working_set_bytes', cgroup, constant(times, 16 * GIB));
  const huge = { namespace: 'shop', pod: 'honest', uid: pod('honest', 1).uid, container: 'app' };
  store.add(
    'kube_pod_container_resource_requests',
    { ...huge, resource: 'memory' },
    constant(times, 2 ** 63),
  );
  store.add(
    'container_network_transmit_bytes_total',
    { namespace: 'shop', pod: 'honest', interface: 'eth0', id: '/x' },
    times.map((at): Sample => [at, (at - T + 1000) * 1e40]),
  );
  store.add('node_total_hourly_cost', { node: 'n1' }, constant(times, 1e12));
  const window = { start: T * 1000, end: (T + 300) * 1000 };
  snapshot = await collectStore(store, async (collect) => (await collect([window]))[0] as Snapshot);
});

function found(name: string): PodSample {
  return snapshot.pods.find((one) => one.name === name) as PodSample;
}

describe('what cannot be', () => {
  it('changes nothing about what can', () => {
    const [app] = found('honest').containers;
    expect(app?.cpuUsageCores).toBeCloseTo(0.25, 3);
    expect(app).toMatchObject({ ramUsageBytes: 1e8, ramPeakBytes: 1e8, coverage: 1 });
    expect(found('honest').networkTransmitBytesPerSecond).toBeNull();
  });

  it.each(['greedy', 'negative', 'absurd'])('is unknown use, and the row is marked: %s', (name) => {
    expect(found(name).containers[0]).toMatchObject({ cpuUsageCores: null, coverage: 0 });
  });

  it('is no capacity, no price and no request', () => {
    expect(snapshot.nodes).toMatchObject([
      { name: 'hole', cpuCores: null, ramBytes: null },
      { name: 'n1', cpuCores: 4, ramBytes: 8 * GIB, exportedPrice: null },
    ]);
    expect(found('honest').containers[0]?.ramRequestBytes).not.toBe(2 ** 63);
  });

  it('is named, a problem a metric', () => {
    const said = new Map(
      snapshot.problems
        .filter(({ code }) => code === 'impossible-value')
        .map(({ subject, text }) => [subject, text]),
    );
    expect([...said.keys()].sort()).toEqual([
      'container_cpu_usage_seconds_total',
      'container_memory_working_set_bytes',
      'container_network_transmit_bytes_total',
      'kube_node_status_capacity',
      'kube_pod_container_resource_requests',
      'node_total_hourly_cost',
    ]);
    expect(said.get('container_memory_working_set_bytes')).toContain('pod="honest"');
    expect(said.get('kube_node_status_capacity')).toContain('node="hole"');
  });

  it('keeps no window incomplete: it would be refused again', () => {
    expect(snapshot.problems.map(({ code }) => code)).not.toContain('low-coverage');
  });
});
