import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collector } from '../../src/collect/collector.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import type { Window } from '../../src/model/time.ts';
import { addKube, addNode, addPod, cgroupOf, constant, every } from '../support/madeUpPod.ts';
import type { MadeUpPod } from '../support/madeUpPod.ts';
import { createMetricStore } from '../support/metricStore.ts';
import type { MetricStore, Sample } from '../support/metricStore.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import type { PrometheusServer } from '../../demo/prometheusServer.ts';

/**
 * The traps of metrics, one by one, on a real Prometheus. Scrapes are a minute apart and 17 s off the
 * grid unless a trap says otherwise; the window that is looked at is [T, T + 300).
 */
const T = 1_800_000_000;
const STEP = 60;
const OFFSET = 17;
const FROM = T - 1200 + OFFSET;
const TO = T + 1200;
const LONG_AGO = T - 86_400;
const always = every(STEP, FROM, TO);
const inside = every(STEP, T + OFFSET, T + 300);

let store: MetricStore;
let server: PrometheusServer;
let collector: Collector;
const closers: (() => Promise<void>)[] = [];

function uid(n: number): string {
  return `000000${n.toString(16).padStart(2, '0')}-0000-4000-8000-000000000000`;
}

/** A pod that runs evenly at half a core; each trap changes what it is about. */
function pod(namespace: string, n: number, more: Partial<MadeUpPod> = {}): MadeUpPod {
  return {
    namespace,
    name: 'web-0',
    uid: uid(n),
    createdAt: LONG_AGO,
    usageTimes: always,
    kubeTimes: always,
    cpuCores: 0.5,
    ...more,
  };
}

function usage(one: MadeUpPod, more: Record<string, string> = {}): Record<string, string> {
  return {
    namespace: one.namespace,
    pod: one.name,
    container: 'app',
    id: cgroupOf(one.uid, 'c1'),
    ...more,
  };
}

function cpu(labels: Record<string, string>, samples: readonly Sample[]): void {
  store.add('container_cpu_usage_seconds_total', labels, samples);
}

const TRAPS: Readonly<Record<string, () => void>> = {
  cgroups() {
    const one = pod('cgroups', 1);
    addPod(store, one);
    const twice = always.map((at): Sample => [at, (at - LONG_AGO) * 0.5]);
    cpu(usage(one, { container: '', id: `/kubepods.slice/kubepods-pod${uid(1)}.slice` }), twice);
    cpu(usage(one, { container: 'POD', id: cgroupOf(uid(1), 'pause') }), twice);
    cpu({ id: '/kubepods.slice' }, twice);
  },
  duplicates() {
    addPod(store, pod('duplicates', 2, { labels: { job: 'kubelet', instance: 'a' } }));
    addPod(store, pod('duplicates', 2, { labels: { job: 'kubelet-federated', instance: 'b' } }));
  },
  restart() {
    const one = pod('restart', 3);
    addKube(store, one);
    const before = always.filter((at) => at < T + 130);
    const after = always.filter((at) => at > T + 130);
    cpu(
      usage(one),
      before.map((at) => [at, at - LONG_AGO]),
    );
    cpu(
      usage(one, { id: cgroupOf(uid(3), 'c2') }),
      after.map((at) => [at, at - T - 130]),
    );
    const restarts = always.map((at): Sample => [at, at < T + 130 ? 4 : 5]);
    store.add(
      'kube_pod_container_status_restarts_total',
      { namespace: 'restart', pod: 'web-0', uid: uid(3), container: 'app' },
      restarts,
    );
  },
  gpus() {
    const card = (name: string) => ({
      exported_namespace: 'gpus',
      exported_pod: name,
      exported_container: 'app',
      gpu: '0',
    });
    const gauge = (metric: string, labels: Record<string, string>, value: number): void =>
      store.add(
        metric,
        labels,
        always.map((at): Sample => [at, value]),
      );
    for (const [index, name] of ['old-0', 'new-0', 'slice-0'].entries())
      addPod(store, pod('gpus', 40 + index, { name }));
    gauge('DCGM_FI_DEV_GPU_UTIL', card('old-0'), 80);
    gauge('DCGM_FI_DEV_GPU_UTIL_RATIO', card('new-0'), 0.6);
    gauge('DCGM_FI_PROF_TENSOR_UTIL_RATIO', card('new-0'), 0.3);
    gauge('DCGM_FI_PROF_GR_ENGINE_ACTIVE', card('slice-0'), 0.5);
  },
  balancers() {
    const service = (name: string) => ({ namespace: 'balancers', service: name });
    const gauge = (metric: string, labels: Record<string, string>, from = FROM): void =>
      store.add(
        metric,
        labels,
        always.filter((at) => at >= from).map((at): Sample => [at, 1]),
      );
    for (const name of ['served', 'late', 'waiting']) {
      gauge('kube_service_spec_type', { ...service(name), type: 'LoadBalancer' });
      gauge('kube_service_info', { ...service(name), load_balancer_ip: '' });
    }
    gauge('kube_service_status_load_balancer_ingress', { ...service('served'), ip: '1.2.3.4' });
    gauge(
      'kube_service_status_load_balancer_ingress',
      { ...service('late'), ip: '1.2.3.5' },
      T + 180,
    );
  },
  reset() {
    const one = pod('reset', 4);
    addKube(store, one);
    cpu(
      usage(one),
      always.map((at) => [at, at < T + 130 ? at - LONG_AGO : at - T - 130]),
    );
  },
  short() {
    const born = T + 60;
    const times = always.filter((at) => at > born && at < T + 240);
    addPod(
      store,
      pod('short', 5, { createdAt: born, usageTimes: times, kubeTimes: times, cpuCores: 1 }),
    );
  },
  once() {
    const born = T + 60;
    addPod(
      store,
      pod('once', 6, { createdAt: born, usageTimes: [T + 77], kubeTimes: [T + 77], cpuCores: 1 }),
    );
    // As old as the cluster, and scraped once in the window because of a gap.
    addPod(
      store,
      pod('once', 7, {
        name: 'old-0',
        usageTimes: always.filter((at) => at < T - 300 || at === T + 77 || at > T + 300),
      }),
    );
  },
  gap() {
    addPod(
      store,
      pod('gap', 8, { usageTimes: always.filter((at) => at < T + 100 || at > T + 300) }),
    );
  },
  notNumbers() {
    const one = pod('not-numbers', 9);
    addKube(store, one);
    cpu(
      usage(one),
      always.map((at) => [at, (at - LONG_AGO) * 0.5]),
    );
    store.add('container_memory_working_set_bytes', usage(one), constant(always, Number.NaN));
    store.add('container_fs_reads_bytes_total', usage(one), constant(always, Infinity));
  },
  dead() {
    // cAdvisor exports its own timestamps, so its series linger; kube-state-metrics still has the pod
    // for its log.
    const times = always.filter((at) => at < T - 100);
    addPod(store, pod('dead', 10, { usageTimes: times, kubeTimes: times }));
    addKube(
      store,
      pod('dead', 10, { kubeTimes: always.filter((at) => at > T - 100), phase: 'Succeeded' }),
    );
  },
  reused() {
    addPod(
      store,
      pod('reused', 11, {
        usageTimes: always.filter((at) => at < T + 130),
        kubeTimes: always.filter((at) => at < T + 130),
        cpuCores: 1,
      }),
    );
    const later = always.filter((at) => at > T + 130);
    addPod(
      store,
      pod('reused', 12, { createdAt: T + 130, usageTimes: later, kubeTimes: later, cpuCores: 0.5 }),
    );
  },
  edge() {
    // Scraped exactly on the grid's lines: each peak belongs to one window.
    const onGrid = every(STEP, T - 1200, TO);
    const one = pod('edge', 13, { usageTimes: onGrid });
    addKube(store, one);
    cpu(
      usage(one),
      onGrid.map((at) => [at, at - LONG_AGO]),
    );
    store.add(
      'container_memory_working_set_bytes',
      usage(one),
      onGrid.map((at) => [at, at === T ? 9e9 : 1e8]),
    );
  },
  stuck() {
    const one = pod('stuck', 14, { phase: 'Pending' });
    addKube(store, one);
    store.add(
      'kube_pod_container_status_waiting_reason',
      {
        namespace: 'stuck',
        pod: 'web-0',
        uid: uid(14),
        container: 'app',
        reason: 'ImagePullBackOff',
      },
      constant(always, 1),
    );
  },
  hostile() {
    addPod(store, pod('hostile', 15, { labels: { note: 'a"}\\ or vector(1) #\u2028' } }));
  },
};

beforeAll(async () => {
  store = await createMetricStore();
  closers.push(() => store.remove());
  addNode(store, always);
  for (const trap of Object.values(TRAPS)) trap();
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
  closers.push(() => server.stop());
  collector = await createCollector(config());
  closers.push(() => collector.close());
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

function config(prometheus: Record<string, unknown> = {}): ReturnType<typeof configSchema.parse> {
  return configSchema.parse({
    prometheus: { url: server.url, ...prometheus },
    workloads: { source: 'prometheus' },
  });
}

function windowAt(index: number): Window {
  return { start: (T + index * 300) * 1000, end: (T + (index + 1) * 300) * 1000 };
}

const never = new AbortController().signal;
const NOTHING = {};
let looked: Snapshot | undefined;

async function snapshot(): Promise<Snapshot> {
  looked ??= (await collector.collect([windowAt(0)], NOTHING, never))[0];
  return looked as Snapshot;
}
async function pods(namespace: string): Promise<readonly PodSample[]> {
  return (await snapshot()).pods.filter((one) => one.namespace === namespace);
}
async function app(namespace: string): Promise<ContainerSample> {
  const found = (await pods(namespace)).flatMap(({ containers }) => containers);
  expect(found).toHaveLength(1);
  return found[0] as ContainerSample;
}

describe('on a real Prometheus', () => {
  it('CPU is not counted once more for the pod’s and the sandbox’s cgroups', async () => {
    expect((await app('cgroups')).cpuUsageCores).toBeCloseTo(0.5, 4);
    expect((await snapshot()).pods.every(({ name }) => name !== '')).toBe(true);
  });

  it('a second scrape of the same things changes nothing', async () => {
    expect(await app('duplicates')).toMatchObject({ cpuRequestCores: 1, runShare: 1, coverage: 1 });
    expect((await app('duplicates')).cpuUsageCores).toBeCloseTo(0.5, 4);
    expect((await app('duplicates')).ramUsageBytes).toBe(1e8);
  });

  it('a restarted container keeps the CPU of both its lives', async () => {
    const { cpuUsageCores, restarts, runShare } = await app('restart');
    // The maximum over the two would be 0.5: rate() sees 3 and 2 of 5 samples.
    expect(cpuUsageCores).toBeGreaterThan(0.8);
    expect(cpuUsageCores).toBeLessThan(1.1);
    expect(restarts).toBe(1);
    expect(runShare).toBe(1);
  });

  it('a counter that was reset is no negative use and no jump', async () => {
    const { cpuUsageCores } = await app('reset');
    expect(cpuUsageCores).toBeGreaterThan(0.7);
    expect(cpuUsageCores).toBeLessThan(1.1);
  });

  it('a pod that lived three minutes of five is counted for them', async () => {
    const [one] = await pods('short');
    // From its creation to half-way between its last scrape at 197 s and the one in which it was gone.
    expect(one?.heldShare).toBeCloseTo((227 - 60) / 300, 9);
    expect(one?.containers[0]).toMatchObject({ coverage: 1 });
    expect(one?.containers[0]?.runShare).toBeCloseTo((227 - 60) / 300, 9);
    expect(one?.containers[0]?.cpuUsageCores).toBeCloseTo((227 - 60) / 300, 9);
    expect(one?.containers[0]?.cpuEstimatedCores).toBeCloseTo(30 / 300, 9);
    expect(one?.containers[0]?.ramUsageBytes).toBeCloseTo((1e8 * (227 - 60)) / 300, -1);
  });

  it('a pod that was scraped once counts its counter; one older than the window what it grew', async () => {
    const found = await pods('once');
    const byName = new Map(found.map((one) => [one.name, one.containers[0]]));
    const { cpuUsageCores, cpuEstimatedCores } = byName.get('web-0') as ContainerSample;
    expect((cpuUsageCores ?? 0) - (cpuEstimatedCores ?? 0)).toBeCloseTo(17 / 300, 6);
    expect(byName.get('old-0')).toMatchObject({ runShare: 1, coverage: 0 });
    expect(byName.get('old-0')?.cpuUsageCores).toBeCloseTo(0.5, 6);
  });

  it('a scrape gap is seen, and nothing that was used in it is lost', async () => {
    const { coverage, cpuUsageCores, runShare, ramUsageBytes } = await app('gap');
    expect(runShare).toBe(1);
    expect(coverage).toBeCloseTo(77 / 300, 9);
    expect(cpuUsageCores).toBeCloseTo(0.5, 6);
    expect(ramUsageBytes).toBe(1e8);
    expect((await snapshot()).complete).toBe(false);
  });

  it('NaN and infinity are unknown and said', async () => {
    expect(await app('not-numbers')).toMatchObject({
      ramUsageBytes: null,
      ramPeakBytes: null,
      diskReadBytesPerSecond: null,
    });
    const bad = (await snapshot()).problems.filter(({ code }) => code === 'bad-values');
    expect(bad.map(({ subject }) => subject)).toContain('container_memory_working_set_bytes');
  });

  it('a dead pod is gone though its series linger', async () => {
    expect(await pods('dead')).toEqual([]);
    const [before] = await collector.collect([windowAt(-1)], NOTHING, never);
    const dying = before?.pods.find(({ namespace }) => namespace === 'dead');
    expect(dying?.heldShare).toBeGreaterThan(0.5);
  });

  it('a reused name is two pods', async () => {
    const found = await pods('reused');
    expect(found.map((one) => one.uid)).toEqual([uid(11), uid(12)]);
    const total = found.reduce((sum, one) => sum + (one.containers[0]?.cpuUsageCores ?? 0), 0);
    expect(total).toBeGreaterThan(0.55);
    expect(total).toBeLessThan(0.75);
  });

  it('GPUs are read under the old names and the new ones, as percent and as ratios', async () => {
    const seen = (await pods('gpus')).map(({ name, containers: [one] }) => [
      name,
      one?.gpuUtilisation,
      one?.gpuTensorActivity,
    ]);
    expect(seen).toEqual([
      ['new-0', 0.6, 0.3],
      ['old-0', 0.8, null],
      ['slice-0', 0.5, null],
    ]);
  });

  it('a load balancer is there from its address on', async () => {
    const { loadBalancers } = await snapshot();
    const shares = loadBalancers.map(({ name, upShare }) => [name, upShare]);
    expect(shares).toEqual([
      ['late', 0.4],
      ['served', 1],
    ]);
  });

  it('a sample on a grid line belongs to the window that it ends, and to no other', async () => {
    const [before, after] = await collector.collect([windowAt(-1), windowAt(0)], NOTHING, never);
    const peak = (one: Snapshot | undefined): number | null | undefined =>
      one?.pods.find(({ namespace }) => namespace === 'edge')?.containers[0]?.ramPeakBytes;
    expect([peak(before), peak(after)]).toEqual([9e9, 1e8]);
  });

  it('a pod that cannot start holds its request and is known to use nothing', async () => {
    const [one] = await pods('stuck');
    expect(one).toMatchObject({ heldShare: 1, phase: 'Pending' });
    expect(one?.containers[0]).toMatchObject({
      cpuUsageCores: 0,
      cpuRequestCores: 1,
      waitingReason: 'ImagePullBackOff',
    });
  });

  it('metrics that are absent are named with what depends on them, and unknown', async () => {
    expect(await app('cgroups')).toMatchObject({
      diskWriteBytesPerSecond: null,
      throttledShare: null,
      gpuUtilisation: null,
    });
    const absent = (await snapshot()).problems.find(
      ({ subject }) => subject === 'container_fs_writes_bytes_total',
    );
    expect(absent).toMatchObject({ code: 'metric-absent' });
    expect(absent?.text).toContain('CPU without disk work cannot be recognised');
  });

  it('the samples of the last minutes may be late: the window is incomplete, then mended', async () => {
    const cut = every(STEP, FROM, T + 150);
    const late = await createMetricStore();
    closers.push(() => late.remove());
    addNode(late, cut);
    addPod(late, pod('late', 20, { usageTimes: cut, kubeTimes: cut }));
    await late.build();
    const young = await startPrometheus({ dataDir: late.folder });
    const asker = await createCollector(config({ url: young.url }));
    const [whole, short] = await asker.collect([windowAt(-1), windowAt(0)], NOTHING, never);
    await asker.close();
    await young.stop();
    expect(whole).toMatchObject({ complete: true, coverage: 1 });
    expect(short?.complete).toBe(false);
    expect(short?.coverage).toBeCloseTo(137 / 300, 9);
    expect(inside.length).toBe(5);
  });

  async function oldestDataAt(now: number): Promise<number | null> {
    const deps = {
      steady: () => 0,
      random: () => 0,
      sleep: async () => undefined,
      now: () => now * 1000,
      env: {},
    };
    const later = await createCollector(config({ matchers: 'note=""' }), deps);
    closers.push(() => later.close());
    return later.oldestData(never);
  }

  it('the oldest data are found where they lie between two instants of an hour’s grid', async () => {
    expect(await oldestDataAt(T + 21 * 86_400 + 1800)).toBe((T - 1200) * 1000);
  });

  it('a window knows its newest sample, and the store is asked for newer ones', async () => {
    const [whole, cut, blank] = await collector.collect(
      [windowAt(0), windowAt(3), windowAt(4)],
      NOTHING,
      never,
    );
    expect(whole?.newestSample).toBe((T + 300 + OFFSET + 60) * 1000);
    expect(cut?.newestSample).toBe((TO - STEP + OFFSET) * 1000);
    expect(blank).toMatchObject({ newestSample: null, nodes: [], pods: [] });
    const after = (seconds: number, until = T + 86_400 * 30): Promise<boolean> =>
      collector.hasDataAfter(seconds * 1000, until * 1000, never);
    expect(await after(TO - STEP)).toBe(true);
    expect(await after(TO + OFFSET)).toBe(false);
    expect(await after(T, T + 10_000)).toBe(true);
    expect(await after(TO + OFFSET, T + 86_400 * 30_000)).toBe(false);
  });

  it('a window is the same alone, in a batch, and through a store that splits every query', async () => {
    const windows = [-2, -1, 0, 1, 2].map(windowAt);
    const together = await collector.collect(windows, NOTHING, never);
    let expected: Snapshot['expectedSamples'] = NOTHING;
    const alone: Snapshot[] = [];
    for (const window of windows) {
      const [one] = await collector.collect([window], expected, never);
      alone.push(one as Snapshot);
      expected = alone.at(-1)?.expectedSamples ?? expected;
    }
    expect(alone).toEqual(together);
    // The server starts over the same blocks with room for so few samples that batches do not fit.
    await server.stop();
    server = await startPrometheus({ dataDir: store.folder, flags: ['--query.max-samples=120'] });
    closers.push(() => server.stop());
    const narrow = await createCollector(config());
    closers.push(() => narrow.close());
    expect(await narrow.collect(windows, NOTHING, never)).toEqual(together);
  });

  it.each([
    ['three days later', T + 3 * 86_400],
    // Less than an hour of data, and no instant of a day's grid among them.
    ['at another time of the day, weeks later', T + 21 * 86_400 + 11_000],
    ['while they are new', T + 600],
  ])('the oldest data are found to the second, %s', async (_, now) => {
    expect(await oldestDataAt(now)).toBe((T - 1200) * 1000);
  });

  it('two clusters are refused unless the matchers choose one, however hostile its labels', async () => {
    const two = await createMetricStore();
    closers.push(() => two.remove());
    const evil = 'b"}\\ or vector(1) #';
    for (const cluster of ['a', evil]) {
      addNode(two, always, { cluster });
      addPod(two, pod('shop', 30, { labels: { cluster }, cpuCores: cluster === 'a' ? 1 : 2 }));
    }
    await two.build();
    const both = await startPrometheus({ dataDir: two.folder });
    closers.push(() => both.stop());
    const mixed = await createCollector(config({ url: both.url }));
    closers.push(() => mixed.close());
    await expect(mixed.collect([windowAt(0)], NOTHING, never)).rejects.toMatchObject({
      code: 'several-clusters',
    });
    const chosen = await createCollector(
      config({ url: both.url, matchers: `cluster=${JSON.stringify(evil)}` }),
    );
    closers.push(() => chosen.close());
    const [one] = await chosen.collect([windowAt(0)], NOTHING, never);
    expect(one?.pods).toHaveLength(1);
    expect(one?.pods[0]?.containers[0]?.cpuUsageCores).toBeCloseTo(2, 4);
  });
});
