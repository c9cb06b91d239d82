import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { createCluster } from '../cluster/cluster.ts';
import { SCRAPE_MS } from '../cluster/simulation.ts';
import { hiddenMiners } from '../cluster/workloads/hidden.ts';
import type { Labels, SampleSource } from '../samples.ts';
import { createDemoSource } from './demoSource.ts';

const START = Date.parse('2026-11-10T00:00:00Z');
const END = START + 14 * DAY_MS;
const SCENARIO = { start: START, end: END, seed: 7 };

interface Flat {
  readonly type: string;
  readonly labels: Labels;
  readonly samples: (readonly [time: number, value: number])[];
}

/** Every series by metric and labels. */
function read(source: SampleSource, start: number, end: number): Map<string, Flat> {
  const found = new Map<string, Flat>();
  for (const { name, type, series } of source.families(start, end)) {
    for (const { labels, times, values } of series) {
      const key = `${name}${JSON.stringify(labels)}`;
      expect(found.has(key)).toBe(false);
      const samples = Array.from(times, (at, index): [number, number] => [at, values[index] ?? 0]);
      found.set(key, { type, labels: { ...labels, __name__: name }, samples });
    }
  }
  return found;
}

function demoSource(seed = 7): SampleSource {
  return createDemoSource(createCluster({ ...SCENARIO, seed }));
}

const LATE = END - 6 * HOUR_MS;

describe('createDemoSource', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    const once = read(demoSource(), LATE, LATE + HOUR_MS);
    expect(read(demoSource(), LATE, LATE + HOUR_MS)).toEqual(once);
    expect([...read(demoSource(8), LATE, LATE + HOUR_MS).keys()]).not.toEqual([...once.keys()]);
  });

  it('goes on from span to span as if it had been one', () => {
    const whole = read(demoSource(), LATE, LATE + 2 * HOUR_MS);
    const source = demoSource();
    const joined = new Map<string, (readonly [number, number])[]>();
    for (const start of [LATE, LATE + 40 * MINUTE_MS, LATE + 42 * MINUTE_MS]) {
      const end = start === LATE ? start + 40 * MINUTE_MS : start + 2 * MINUTE_MS;
      for (const [key, { samples }] of read(source, start, end))
        joined.set(key, [...(joined.get(key) ?? []), ...samples]);
    }
    for (const [key, samples] of joined) {
      const same = whole.get(key)?.samples.slice(0, samples.length) ?? [];
      expect(same.map(([at]) => at)).toEqual(samples.map(([at]) => at));
      samples.forEach(([, value], index) => expect(same[index]?.[1]).toBeCloseTo(value, 3));
    }
    expect(() => source.families(LATE, LATE + 1)).toThrow(/in order/);
  });

  it('has counters that only rise, samples on the grid, and a sample for each scrape', () => {
    const span = read(demoSource(), LATE, LATE + 3 * HOUR_MS);
    for (const { type, samples } of span.values()) {
      expect(samples.every(([at]) => at % SCRAPE_MS === 0)).toBe(true);
      if (type !== 'counter') continue;
      samples.slice(1).forEach(([at, value], index) => {
        expect(at - (samples[index]?.[0] ?? 0)).toBe(SCRAPE_MS);
        expect(value).toBeGreaterThanOrEqual(samples[index]?.[1] ?? 0);
      });
    }
  });

  it('begins a new cgroup at zero after an OOM kill, and counts the restart', () => {
    const series = [...read(demoSource(), END - DAY_MS, END).values()].filter(
      ({ labels }) => labels['container'] === 'statement-renderer',
    );
    const cpu = series.filter(
      ({ labels }) => labels['__name__'] === 'container_cpu_usage_seconds_total',
    );
    expect(cpu).toHaveLength(2);
    const [before, after] = cpu.toSorted(
      (a, b) => (a.samples[0]?.[0] ?? 0) - (b.samples[0]?.[0] ?? 0),
    );
    expect(after?.labels['id']).not.toBe(before?.labels['id']);
    expect(after?.samples[0]?.[1]).toBeLessThan(60);
    const restarts = series.find(
      ({ labels }) => labels['__name__'] === 'kube_pod_container_status_restarts_total',
    );
    const values = restarts?.samples.map(([, value]) => value) ?? [];
    expect((values.at(-1) ?? 0) - (values[0] ?? 0)).toBe(1);
  });

  it('writes labels as kube-state-metrics 2 and the kubelet do', () => {
    const all = [...read(demoSource(), LATE, LATE + 10 * MINUTE_MS).values()];
    const of = (name: string, pod: string): Labels | undefined =>
      all.find(({ labels }) => labels['__name__'] === name && (labels['pod'] ?? '').startsWith(pod))
        ?.labels;
    expect(of('kube_pod_owner', 'payments-api-')).toMatchObject({
      namespace: 'payments',
      owner_kind: 'ReplicaSet',
      owner_name: expect.stringMatching(/^payments-api-[a-z0-9]{9}$/),
      owner_is_controller: 'true',
    });
    expect(of('kube_pod_container_resource_requests', 'postgres-0')).toMatchObject({
      container: 'postgres',
      resource: 'cpu',
      unit: 'core',
      node: expect.stringContaining('.ec2.internal'),
    });
    expect(of('container_cpu_usage_seconds_total', 'postgres-0')?.['id']).toMatch(
      /^\/kubepods\.slice\/kubepods-burstable\.slice\/kubepods-burstable-pod[0-9a-f_]{36}\.slice\/cri-containerd-[0-9a-f]{64}\.scope$/,
    );
    const node = all.find(({ labels }) => labels['__name__'] === 'kube_node_labels')?.labels;
    expect(node).toMatchObject({
      label_node_kubernetes_io_instance_type: 'm5.2xlarge',
      label_topology_kubernetes_io_region: 'us-east-1',
      label_eks_amazonaws_com_capacityType: 'ON_DEMAND',
    });
    const namespaces = all.filter(
      ({ labels }) => labels['__name__'] === 'kube_namespace_annotations',
    );
    expect(namespaces.map(({ labels }) => labels['annotation_burnwatch_io_owner'])).toContain(
      'team-shop',
    );
    expect(of('kube_pod_status_phase', 'jupyter')).toMatchObject({ phase: 'Running' });
  });
});

describe('createCluster', () => {
  const cluster = createCluster(SCENARIO);

  it('has some sixty workloads, and asks its nodes for less than they have', () => {
    expect(cluster.workloads.length).toBeGreaterThanOrEqual(55);
    const pods = cluster.pods({ start: END - 1, end: END });
    const asked = Map.groupBy(pods, ({ node }) => node);
    expect(asked.size).toBe(8);
    for (const [node, list] of asked) {
      const cpu = list.reduce((sum, { workload }) => sum + (workload.requests.cpu ?? 0), 0);
      const ram = list.reduce((sum, { workload }) => sum + (workload.requests.ramMiB ?? 0), 0);
      expect(cpu).toBeLessThanOrEqual(node.cpuCores);
      expect(ram).toBeLessThanOrEqual(node.ramBytes / 2 ** 20);
    }
  });

  it('replaces the pods of a release one after the other, and gives no two pods one UID', () => {
    const pods = cluster.pods({ start: START, end: END });
    expect(new Set(pods.map(({ uid }) => uid)).size).toBe(pods.length);
    const released = pods.filter(({ workload }) => workload.name === 'payments-api');
    expect(new Set(released.map(({ image }) => image)).size).toBe(2);
    expect(new Set(released.map(({ owner }) => owner.name)).size).toBe(2);
    const starts = released
      .filter(({ createdAt }) => createdAt > START)
      .map((pod) => pod.createdAt);
    expect(new Set(starts).size).toBe(3);
  });

  it('hides four miners that begin within the history', () => {
    const names = new Set(cluster.workloads.map(({ namespace, name }) => `${namespace}/${name}`));
    for (const { namespace, workload, startedAt } of hiddenMiners(SCENARIO)) {
      expect(names).toContain(`${namespace}/${workload.name}`);
      expect(startedAt).toBeGreaterThan(START + DAY_MS);
      expect(startedAt).toBeLessThan(END - HOUR_MS);
    }
  });
});
