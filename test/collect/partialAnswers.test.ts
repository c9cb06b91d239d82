import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CollectError } from '../../src/collect/collector.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { ExpectedSamples, Snapshot } from '../../src/model/snapshot.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { addNode, addPod, every } from '../support/madeUpPod.ts';
import {
  ENDLESS,
  KINDS,
  startSpoiltPrometheus,
  type SpoiltPrometheus,
} from '../support/spoiltPrometheus.ts';
import { createMetricStore, type MetricStore } from '../support/metricStore.ts';

/**
 * A real Prometheus whose answers about one metric are spoilt on the way: each is right in the end, or said to be wrong;
 * never silently a lower figure.
 */
const T = 1_795_000_200;
const FIRST = { start: T * 1000, end: (T + 300) * 1000 };
const SECOND = { start: (T + 300) * 1000, end: (T + 600) * 1000 };
const PODS = 12;

let store: MetricStore;
let prometheus: PrometheusServer;
let proxy: SpoiltPrometheus;
beforeAll(async () => {
  store = await createMetricStore();
  const times = every(30, T - 900, T + 1800);
  addNode(store, times);
  for (let n = 0; n < PODS; n++)
    addPod(store, {
      namespace: 'shop',
      name: `web-${n}`,
      uid: `000000${10 + n}-2222-4000-8000-000000000000`,
      createdAt: T - 50_000,
      usageTimes: times,
      kubeTimes: times,
      cpuCores: 0.25,
    });
  await store.build();
  prometheus = await startPrometheus({ dataDir: store.folder });
  proxy = await startSpoiltPrometheus(prometheus.url);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await prometheus?.stop();
  await store?.remove();
});

/** The window after a whole one. @returns null where it says that it could not be read. */
async function second(known: ExpectedSamples, timeout = '2s'): Promise<Snapshot | null> {
  const config = configSchema.parse({
    prometheus: { url: proxy.url, attempts: 1, timeout },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const [snapshot] = await collector.collect([SECOND], known, new AbortController().signal);
    return snapshot ?? null;
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    return null;
  } finally {
    await collector.close();
  }
}

async function learnt(): Promise<ExpectedSamples> {
  const config = configSchema.parse({
    prometheus: { url: prometheus.url },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const [snapshot] = await collector.collect([FIRST], {}, new AbortController().signal);
    return snapshot?.expectedSamples ?? {};
  } finally {
    await collector.close();
  }
}

function counted(snapshot: Snapshot | null): unknown {
  return { nodes: snapshot?.nodes, pods: snapshot?.pods };
}

const METRICS = [
  'container_cpu_usage_seconds_total',
  'container_memory_working_set_bytes',
  'kube_pod_container_resource_requests',
];

describe.each(METRICS)('of %s', (metric) => {
  it('each kind of partial answer is right, or the window says that it is not', async () => {
    const known = await learnt();
    proxy.spoil = null;
    const whole = await second(known);
    expect(whole).toMatchObject({ complete: true });
    expect(whole?.pods).toHaveLength(PODS);
    const silent: string[] = [];
    for (const [name, kind] of Object.entries(KINDS)) {
      proxy.spoil = { metric, kind };
      // What times out is split and asked again, nine times over.
      const seen = await second(known, name === ENDLESS ? '200ms' : undefined);
      if (seen === null || !seen.complete || seen.problems.length > 0) continue;
      if (JSON.stringify(counted(seen)) !== JSON.stringify(counted(whole))) silent.push(name);
    }
    expect(silent).toEqual([]);
    proxy.spoil = null;
    expect(counted(await second(known))).toEqual(counted(whole));
  });
});
