import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Window } from '../../src/model/time.ts';
import { addKube, addNode, addPod, cgroupOf, every } from '../support/madeUpPod.ts';
import type { MadeUpPod } from '../support/madeUpPod.ts';
import { createMetricStore } from '../support/metricStore.ts';
import type { MetricStore, Sample } from '../support/metricStore.ts';
import { startVictoriaMetrics } from '../support/victoriaMetrics.ts';

/**
 * VictoriaMetrics speaks Prometheus' API and answers some of it differently: its own rate(), its own
 * staleness, moved instants. The same samples in both must come to the same windows.
 */
const T = Date.UTC(2026, 9, 5) / 1000;
const WINDOW_S = 300;
const always = every(60, T - 1200 + 17, T + 2400);
const WINDOWS: readonly Window[] = [0, 1, 2, 3, 4].map((index) => ({
  start: (T + index * WINDOW_S) * 1000,
  end: (T + (index + 1) * WINDOW_S) * 1000,
}));

function pod(name: string, n: number, more: Partial<MadeUpPod> = {}): MadeUpPod {
  return {
    namespace: 'shop',
    name,
    uid: `0000000${n}-0000-4000-8000-000000000000`,
    createdAt: T - 86_400,
    usageTimes: always,
    kubeTimes: always,
    cpuCores: 0.5,
    ...more,
  };
}

function fill(store: MetricStore): void {
  addNode(store, always);
  addPod(store, pod('steady-0', 1));
  const lived = every(60, T + 317, T + 497);
  addPod(
    store,
    pod('short-0', 2, { createdAt: T + 310, usageTimes: lived, kubeTimes: lived, cpuCores: 1 }),
  );
  // A restart in the middle of the third window: a new cgroup, whose counter begins anew.
  const restarted = pod('restarted-0', 3);
  addKube(store, restarted);
  const lives = [
    ['c1', always.filter((at) => at < T + 750), T - 86_400],
    ['c2', always.filter((at) => at >= T + 750), T + 745],
  ] as const;
  for (const [container, times, born] of lives) {
    const labels = {
      namespace: 'shop',
      pod: 'restarted-0',
      container: 'app',
      id: cgroupOf(restarted.uid, container),
    };
    const used = times.map((at): Sample => [at, (at - born) * 0.5]);
    store.add('container_cpu_usage_seconds_total', labels, used);
    store.add(
      'container_memory_working_set_bytes',
      labels,
      times.map((at): Sample => [at, 1e8]),
    );
  }
  // Dead from the fourth window on: stale values must not linger.
  const ended = every(60, T - 1200 + 17, T + 900);
  addPod(store, pod('ended-0', 4, { usageTimes: ended, kubeTimes: ended }));
}

async function collectFrom(url: string): Promise<readonly Snapshot[]> {
  const config = configSchema.parse({
    cluster: 'test',
    prometheus: { url },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const expected = {};
    return await collector.collect(WINDOWS, expected, new AbortController().signal);
  } finally {
    await collector.close();
  }
}

describe('the same samples in Prometheus and in VictoriaMetrics', () => {
  let fromPrometheus: readonly Snapshot[] = [];
  let fromVictoria: readonly Snapshot[] = [];
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const store = await createMetricStore();
    closers.push(() => store.remove());
    fill(store);
    await store.build();
    const prometheus = await startPrometheus({ dataDir: store.folder });
    closers.push(() => prometheus.stop());
    const victoria = await startVictoriaMetrics();
    closers.push(() => victoria.stop());
    await victoria.load(store.text());
    fromPrometheus = await collectFrom(prometheus.url);
    fromVictoria = await collectFrom(victoria.url);
  });

  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
  });

  it('show the same pods, workloads, lives and requests in every window', () => {
    const identity = ({ pods, complete }: Snapshot) => ({
      complete,
      pods: pods.map(({ name, uid, node, workload, heldShare, containers }) => ({
        name,
        uid,
        node,
        workload,
        heldShare,
        containers: containers.map(({ name: container, cpuRequestCores, runShare, coverage }) => ({
          container,
          cpuRequestCores,
          runShare,
          coverage,
        })),
      })),
    });
    expect(fromVictoria.map(identity)).toEqual(fromPrometheus.map(identity));
    const names = fromVictoria.map(({ pods }) => pods.map(({ name }) => name));
    expect(names).toEqual([
      ['ended-0', 'restarted-0', 'steady-0'],
      ['ended-0', 'restarted-0', 'short-0', 'steady-0'],
      ['ended-0', 'restarted-0', 'steady-0'],
      ['restarted-0', 'steady-0'],
      ['restarted-0', 'steady-0'],
    ]);
  });

  it('come to the same CPU, but for the edges of a life that lie between two scrapes', () => {
    for (const [index, snapshot] of fromPrometheus.entries()) {
      for (const [place, { name, containers }] of snapshot.pods.entries()) {
        const here = containers[0]?.cpuUsageCores ?? NaN;
        const there = fromVictoria[index]?.pods[place]?.containers[0]?.cpuUsageCores ?? NaN;
        // One scrape interval of a window's five is what either may guess or leave out.
        const edge = name === 'steady-0' ? 0.001 : 0.2 * (name === 'short-0' ? 1 : 0.5);
        expect(Math.abs(there - here), `${name}, window ${index}`).toBeLessThanOrEqual(edge + 1e-9);
        expect(there, `${name} ran, window ${index}`).toBeGreaterThan(0.3);
      }
    }
  });
});

describe('a VictoriaMetrics that refuses to read all pods at once', () => {
  const closers: (() => Promise<void>)[] = [];

  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
  });

  it('is asked for them in parts, with the same snapshots', async () => {
    const store = await createMetricStore();
    closers.push(() => store.remove());
    addNode(store, always);
    for (const [index, last] of Array.from('bcdfghjkl').entries())
      addPod(store, pod(`web-7d9c6b5f4d-x7k2${last}`, index));
    const stores = await Promise.all([
      startVictoriaMetrics(),
      // Nine pods have eighteen series of requests.
      startVictoriaMetrics(['-search.maxUniqueTimeseries=4']),
    ]);
    const snapshots: (readonly Snapshot[])[] = [];
    for (const each of stores) {
      closers.push(() => each.stop());
      await each.load(store.text());
      snapshots.push(await collectFrom(each.url));
    }
    const [whole, inParts] = snapshots;
    expect(whole?.[0]?.pods).toHaveLength(9);
    expect(inParts).toEqual(whole);
  });
});
