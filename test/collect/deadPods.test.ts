import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { ceilTo } from '../../src/model/time.ts';
import { startPrometheus } from '../../src/demo/prometheusServer.ts';

/**
 * A dead pod's series: kube-state-metrics' are marked stale at the next scrape, cAdvisor's carry their own
 * timestamps and are not. Stale markers cannot be back-filled, so an exporter is scraped here for real.
 */
const WINDOW_MS = 5_000;
const closers: (() => Promise<void>)[] = [];
let snapshots: readonly Snapshot[];
let died: number;

beforeAll(async () => {
  const born = Date.now();
  let alive = ['lives', 'dies'];
  const exporter = createServer((_, response) => {
    response.end(alive.map((name) => page(name, born)).join('') + 'kube_node_info{node="n1"} 1\n');
  }).listen(0, '127.0.0.1');
  await once(exporter, 'listening');
  closers.push(async () => {
    exporter.closeAllConnections();
    exporter.close();
    await once(exporter, 'close');
  });
  const data = await mkdtemp(join(tmpdir(), 'burnwatch-scrape-'));
  closers.push(() => rm(data, { recursive: true, force: true }));
  const { port } = exporter.address() as AddressInfo;
  const prometheus = await startPrometheus({
    dataDir: data,
    scrapeConfigs: [{ jobName: 'all', targets: [`127.0.0.1:${port}`], interval: '500ms' }],
  });
  closers.push(() => prometheus.stop());
  // Prometheus takes up to five seconds to begin with its targets.
  const start = ceilTo(Date.now() + 6_000, WINDOW_MS);
  await pause(start + WINDOW_MS + 2_500 - Date.now());
  alive = ['lives'];
  died = Date.now();
  await pause(start + 4 * WINDOW_MS + 1_000 - Date.now());

  const config = configSchema.parse({
    prometheus: { url: prometheus.url, rateRange: '5s' },
    schedule: { window: '5s' },
  });
  const collector = await createCollector(config);
  closers.push(() => collector.close());
  const windows = [0, 1, 2, 3].map((index) => ({
    start: start + index * WINDOW_MS,
    end: start + (index + 1) * WINDOW_MS,
  }));
  const expected = { cadvisor: 0, kubeState: 0 };
  snapshots = await collector.collect(windows, expected, new AbortController().signal);
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

/** What cAdvisor (with timestamps) and kube-state-metrics (without) say of a pod. */
function page(name: string, born: number): string {
  const uid = `0000000${name.length}-0000-4000-8000-000000000000`;
  const now = Date.now();
  const used = `namespace="a",pod="${name}",container="app",id="/kubepods/pod${uid}/c"`;
  const self = `namespace="a",pod="${name}",uid="${uid}"`;
  return [
    `container_cpu_usage_seconds_total{${used}} ${(now - born) / 1000} ${now}`,
    `container_memory_working_set_bytes{${used}} 1e8 ${now}`,
    `kube_pod_info{${self},node="n1"} 1`,
    `kube_pod_status_phase{${self},phase="Running"} 1`,
    `kube_pod_container_status_running{${self},container="app"} 1`,
    `kube_pod_container_resource_requests{${self},container="app",resource="cpu"} 1`,
    '',
  ].join('\n');
}

it('a pod that dies is there up to its end, and not a window longer', () => {
  const dying = snapshots.map(({ pods }) => pods.find(({ name }) => name === 'dies'));
  expect(dying.map((pod) => pod !== undefined)).toEqual([true, true, false, false]);
  const lived = (died - (snapshots[1]?.window.start ?? 0)) / WINDOW_MS;
  expect(dying[1]?.heldShare).toBeGreaterThan(lived - 0.25);
  expect(dying[1]?.heldShare).toBeLessThan(lived + 0.25);
  expect(dying[1]?.containers[0]?.cpuUsageCores).toBeLessThan(lived + 0.25);
});

it('the others are whole', () => {
  for (const { pods, coverage } of snapshots) {
    const pod = pods.find(({ name }) => name === 'lives');
    expect(pod?.heldShare).toBe(1);
    expect(pod?.containers[0]?.cpuUsageCores).toBeCloseTo(1, 1);
    expect(coverage).toBe(1);
  }
});
