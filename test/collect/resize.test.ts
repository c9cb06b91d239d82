import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { addNode, addPod, every } from '../support/madeUpPod.ts';
import { createMetricStore, type Sample } from '../support/metricStore.ts';

const T = Date.UTC(2026, 10, 28, 10) / 1000;
const times = every(30, T - 600, T + 1200);
const closers: (() => Promise<void>)[] = [];
let requests: readonly (number | null | undefined)[];

beforeAll(async () => {
  const store = await createMetricStore();
  closers.push(() => store.remove());
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
  await store.build();
  const server = await startPrometheus({ dataDir: store.folder });
  closers.push(() => server.stop());
  const config = configSchema.parse({
    prometheus: { url: server.url },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  closers.push(() => collector.close());
  const windows = [0, 300, 600, 900].map((start) => ({
    start: (T + start) * 1000,
    end: (T + start + 300) * 1000,
  }));
  const signal = new AbortController().signal;
  const batch = await collector.collect(windows, {}, signal);
  const alone = await collector.collect(windows.slice(2, 3), {}, signal);
  requests = [...batch, ...alone].map(
    ({ pods }) => pods[0]?.containers.find(({ name }) => name === 'resized')?.cpuRequestCores,
  );
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

describe('a request that changes within a window', () => {
  it('counts from when it changes, in a batch and alone', () => {
    const mean = (1 * 135 + 3 * 165) / 300;
    expect(requests).toEqual([1, 1, mean, 3, mean]);
  });
});
