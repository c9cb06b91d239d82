import { afterEach, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import { addNode, addPod, every } from '../support/madeUpPod.ts';
import { createMetricStore, type Sample } from '../support/metricStore.ts';

/** What is said of series that are there, but not as they are looked for. */
const T = 1_795_000_200;
const times = every(30, T - 600, T + 600);
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it.each([
  ['pod_name and container_name', { pod_name: 'web-0', container_name: 'app' }, 'before 1.16'],
  ['pods alone', { pod: 'web-0', container: '' }, 'container is empty'],
  [
    'the labels of another target',
    { exported_pod: 'web-0', exported_container: 'app' },
    'honor_labels',
  ],
] as const)('a kubelet with %s', async (_, labels, said) => {
  const store = await createMetricStore();
  closers.push(() => store.remove());
  addNode(store, times);
  const pod = { namespace: 'shop', name: 'web-0', uid: 'u', createdAt: T - 9_000, cpuCores: 1 };
  addPod(store, { ...pod, usageTimes: [], kubeTimes: times });
  store.add(
    'container_cpu_usage_seconds_total',
    { namespace: 'shop', id: '/kubepods/podu', ...labels },
    times.map((at): Sample => [at, at - T + 9_000]),
  );
  await store.build();
  const server = await startPrometheus({ dataDir: store.folder });
  closers.push(() => server.stop());
  const config = { prometheus: { url: server.url }, workloads: { source: 'prometheus' } };
  const collector = await createCollector(configSchema.parse(config));
  closers.push(() => collector.close());
  const window = { start: T * 1000, end: (T + 300) * 1000 };
  const [seen] = await collector.collect([window], {}, new AbortController().signal);
  expect(seen?.problems.map(({ text }) => text).join('\n')).toContain(said);
});
