import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { prometheusLiveSource } from '../../src/serve/series/liveSource.ts';
import { eachColumn, withLive, type WorkloadSeries } from '../../src/serve/series/readSeries.ts';
import { addPod, constant, every } from '../support/madeUpPod.ts';
import type { KnownSources } from '../../src/model/snapshot.ts';
import { createMetricStore, type MetricStore } from '../support/metricStore.ts';

/** Finer series from a real Prometheus, in which two pods of one workload and a third one run. */
const T = 1_800_000_000;
const SETTLED: KnownSources = { sources: { cadvisor: [''] } };
const HOUR = 3_600;
let store: MetricStore;
let server: PrometheusServer;

beforeAll(async () => {
  store = await createMetricStore();
  const times = every(30, T - HOUR, T + HOUR);
  const cores = { 'web.1': 0.5, 'web-2': 0.25, webx1: 9 };
  Object.entries(cores).forEach(([name, cpuCores], index) => {
    const uid = `0000000${index}-0000-4000-8000-000000000000`;
    const common = { namespace: 'shop', usageTimes: times, kubeTimes: times, createdAt: T - HOUR };
    addPod(store, { ...common, name, uid, cpuCores });
  });
  // A tenth and a thirtieth of the time web.1 and web-2 wait for CPU; the kubelet exports nothing of memory.
  Object.entries({ 'web.1': 0.1, 'web-2': 1 / 30, webx1: 0.9 }).forEach(([pod, share]) => {
    const labels = { namespace: 'shop', pod, container: 'app', id: `/${pod}` };
    const waited = times.map((at) => [at, (at - T + HOUR) * share] as const);
    store.add('container_pressure_cpu_waiting_seconds_total', labels, waited);
  });
  const forged = {
    job: 'metrics/probe',
    namespace: 'shop',
    pod: 'web-2',
    container: 'app',
    id: '/x',
  };
  store.add('container_memory_working_set_bytes', forged, constant(times.slice(140, 160), 9e9));
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
});

afterAll(async () => {
  await server?.stop();
  await store?.remove();
});

const scope = {
  namespace: 'shop',
  workloads: [{ kind: 'Deployment', name: 'web' }],
  container: null,
  from: (T + 600) * 1_000,
  to: (T + 2_400) * 1_000,
  maxPoints: 600,
};

const recorded: WorkloadSeries = {
  times: [(T + 900) * 1_000, (T + 2_400) * 1_000],
  columns: eachColumn((column) => (column === 'cpuLimitCores' ? [1, 2] : [0.7, 0.7])),
  ranges: [{ from: scope.from, to: scope.to, source: 'window', resolutionMs: 300_000 }],
};

const instances = () =>
  Promise.resolve(
    ['web.1', 'web-2'].map((pod) => ({
      pod,
      container: 'app',
      node: null,
      image: null,
      owner: null,
      firstHour: 0,
      lastHour: 0,
    })),
  );

function liveAt(url: string, warnings: string[] = [], known: KnownSources = SETTLED) {
  const config = configSchema.parse({ prometheus: { url } });
  return prometheusLiveSource(
    () => config,
    async () => known,
    (problem) => warnings.push(problem),
  );
}

describe('how long tasks waited', () => {
  const asked = { namespace: 'shop', pods: ['web.1', 'web-2'], container: 'app' };

  it('is the mean of these very pods over the span; unknown where nothing is exported', async () => {
    const { from, to } = scope;
    const found = await liveAt(server.url).pressure({ ...asked, from, to });
    expect(found.cpu).toBeCloseTo((0.1 + 1 / 30) / 2, 4);
    expect(found.ram).toBeNull();
  });

  it('is unknown where Prometheus does not answer, and says so', async () => {
    const warnings: string[] = [];
    const { from, to } = scope;
    const found = await liveAt('http://127.0.0.1:9', warnings).pressure({ ...asked, from, to });
    expect(found).toEqual({ cpu: null, ram: null });
    expect(warnings[0]).toContain('Prometheus was not asked');
  });
});

describe('a series while Prometheus has it', () => {
  it('is finer than windows, of these very pods, and tagged with where it came from', async () => {
    const series = await withLive(recorded, scope, liveAt(server.url), { instances });
    expect(series.ranges).toMatchObject([{ source: 'prometheus', resolutionMs: 15_000 }]);
    expect(series.times.length).toBeGreaterThan(100);
    for (const cores of series.columns.cpuUsageCores) expect(cores).toBeCloseTo(0.75, 3);
    for (const bytes of series.columns.ramUsageBytes) expect(bytes).toBe(2e8);
    expect(new Set(series.columns.networkReceiveBytesPerSecond)).toEqual(new Set([null]));
    expect(series.columns.cpuLimitCores[0]).toBe(1);
    expect(series.columns.cpuLimitCores.at(-1)).toBe(2);
  });

  it('is of the scrape jobs that windows believe', async () => {
    const accepted = { ...SETTLED, acceptedSources: ['metrics/probe'] };
    const seen = await withLive(recorded, scope, liveAt(server.url, [], accepted), { instances });
    expect(Math.max(...seen.columns.ramUsageBytes.map((bytes) => bytes ?? 0))).toBe(9.1e9);
  });

  it('is what the windows say where Prometheus is away, or has it no more', async () => {
    const warnings: string[] = [];
    const away = liveAt('http://127.0.0.1:9', warnings);
    expect(await withLive(recorded, scope, away, { instances })).toBe(recorded);
    expect(warnings).toHaveLength(1);
    const old = { ...scope, from: scope.from - 9e9, to: scope.to - 9e9 };
    expect(await withLive(recorded, old, liveAt(server.url), { instances })).toBe(recorded);
  });

  it('is not asked for over long stretches', async () => {
    const long = { ...scope, from: scope.from - 7 * 3_600_000 };
    expect(await withLive(recorded, long, liveAt(server.url), { instances })).toBe(recorded);
  });
});
