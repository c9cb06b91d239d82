import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { remoteWrite, STALE, type WrittenSeries } from '../support/remoteWrite.ts';
import { TempFolder } from '../support/tempFolder.ts';

/**
 * A dead pod's series: kube-state-metrics' are marked stale at the next scrape, cAdvisor's carry their own
 * timestamps and are not, so that they linger for five minutes. Stale markers cannot be back-filled; they
 * are written here as Prometheus writes them. Windows are so short that four of them lie within the lingering.
 */
const T = 1_800_000_000_000;
const WINDOW_MS = 5_000;
const SCRAPE_MS = 500;
const DIED = T + 1.5 * WINDOW_MS;
const scrapes = Array.from(
  { length: (7 * WINDOW_MS) / SCRAPE_MS },
  (_, index) => T - 2 * WINDOW_MS + index * SCRAPE_MS + 120,
);
const closers: (() => Promise<void> | void)[] = [];
let snapshots: readonly Snapshot[];

beforeAll(async () => {
  const folder = new TempFolder();
  closers.push(() => folder[Symbol.dispose]());
  const prometheus = await startPrometheus({
    dataDir: folder.path,
    flags: ['--web.enable-remote-write-receiver'],
  });
  closers.push(() => prometheus.stop());
  await remoteWrite(prometheus.url, [
    ...seriesOf('lives', Number.POSITIVE_INFINITY),
    ...seriesOf('dies', DIED),
    { metric: 'kube_node_info', labels: { node: 'n1' }, samples: scrapes.map((at) => [at, 1]) },
  ]);

  const config = configSchema.parse({
    prometheus: { url: prometheus.url, rateRange: '5s' },
    schedule: { window: '5s' },
  });
  const collector = await createCollector(config);
  closers.push(() => collector.close());
  const windows = [0, 1, 2, 3].map((index) => ({
    start: T + index * WINDOW_MS,
    end: T + (index + 1) * WINDOW_MS,
  }));
  const expected = {};
  snapshots = await collector.collect(windows, expected, new AbortController().signal);
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

/** What cAdvisor (with timestamps) and kube-state-metrics (without) say of a pod that runs one core. */
function seriesOf(name: string, until: number): readonly WrittenSeries[] {
  const uid = `0000000${name.length}-0000-4000-8000-000000000000`;
  const used = { namespace: 'a', pod: name, container: 'app', id: `/kubepods/pod${uid}/c` };
  const self = { namespace: 'a', pod: name, uid };
  const container = { ...self, container: 'app' };
  const alive = scrapes.filter((at) => at < until);
  const gone = scrapes.find((at) => at >= until);
  const usage = (metric: string, value: (at: number) => number): WrittenSeries => ({
    metric,
    labels: used,
    samples: alive.map((at) => [at, value(at)]),
  });
  const state = (metric: string, labels: Readonly<Record<string, string>>): WrittenSeries => ({
    metric,
    labels,
    samples: [
      ...alive.map((at) => [at, 1] as const),
      ...(gone === undefined ? [] : [[gone, STALE] as const]),
    ],
  });
  return [
    usage('container_cpu_usage_seconds_total', (at) => (at - T + WINDOW_MS * 10) / 1000),
    usage('container_memory_working_set_bytes', () => 1e8),
    state('kube_pod_info', { ...self, node: 'n1' }),
    state('kube_pod_status_phase', { ...self, phase: 'Running' }),
    state('kube_pod_container_status_running', container),
    state('kube_pod_container_resource_requests', { ...container, resource: 'cpu' }),
  ];
}

it('a pod that dies is there up to its end, and not a window longer', () => {
  const dying = snapshots.map(({ pods }) => pods.find(({ name }) => name === 'dies'));
  expect(dying.map((pod) => pod !== undefined)).toEqual([true, true, false, false]);
  // It died half-way between two scrapes, as far as they tell.
  const seen = scrapes.filter((at) => at < DIED).at(-1) ?? 0;
  const end = (seen + SCRAPE_MS / 2 - T - WINDOW_MS) / WINDOW_MS;
  expect(dying[1]?.heldShare).toBeCloseTo(end, 9);
  expect(Math.abs(end - 0.5)).toBeLessThan(SCRAPE_MS / WINDOW_MS);
  expect(dying[1]?.containers[0]?.cpuUsageCores).toBeGreaterThan(0.4);
  expect(dying[1]?.containers[0]?.cpuUsageCores).toBeLessThan(0.6);
});

it('the others are whole', () => {
  for (const { pods, coverage } of snapshots) {
    const pod = pods.find(({ name }) => name === 'lives');
    expect(pod?.heldShare).toBe(1);
    expect(pod?.containers[0]?.cpuUsageCores).toBeCloseTo(1, 3);
    expect(coverage).toBe(1);
  }
});
