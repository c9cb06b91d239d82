import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { SYSTEM_DEPS } from '../../src/collect/systemDeps.ts';
import { catchUp } from '../../src/cycle/catchUp.ts';
import { correctWindows } from '../../src/cycle/correctWindows.ts';
import { detectorCodecs } from '../../src/daemon/compose.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import { DETECTORS } from '../../src/detect/detectors.ts';
import { MINUTE_MS, type Span } from '../../src/model/time.ts';
import { WorkingState } from '../../src/store/cycleState.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { addNode, addPod, cgroupOf, constant, every } from '../support/madeUpPod.ts';
import { createMetricStore, type MetricStore } from '../support/metricStore.ts';
import {
  KINDS,
  startSpoiltPrometheus,
  type SpoiltPrometheus,
} from '../support/spoiltPrometheus.ts';
import { TempHistory } from '../support/tempHistory.ts';

/**
 * Two hours of partial answers of every kind, caught up hour by hour: once the answers are whole again and
 * the windows have been asked again, what was used and what it cost is the same as if nothing had been.
 */
const T = 1_795_000_200;
const WINDOW = 5 * MINUTE_MS;
const FROM = T * 1000;
/** An hour that is whole, two that are not, and half an hour that is whole again. */
const SPOILT: Span = { from: FROM + 12 * WINDOW, to: FROM + 36 * WINDOW };
const UNTIL = FROM + 42 * WINDOW;
const never = new AbortController().signal;

let store: MetricStore;
let prometheus: PrometheusServer;
let proxy: SpoiltPrometheus;
let undisturbed: readonly string[];

beforeAll(async () => {
  store = await createMetricStore();
  const times = every(30, T - 900, UNTIL / 1000 + 600);
  addNode(store, times);
  const pods = [
    ...Array.from({ length: 10 }, (_, n) => ({
      namespace: 'shop',
      name: `web-${n}`,
      cpuCores: 0.25,
    })),
    ...Array.from({ length: 2 }, (_, n) => ({
      namespace: 'default',
      name: `job-${n}`,
      cpuCores: 1.5,
    })),
  ];
  pods.forEach((pod, n) =>
    addPod(store, {
      ...pod,
      uid: `000000${10 + n}-2222-4000-8000-000000000000`,
      createdAt: T - 50_000,
      usageTimes: times,
      kubeTimes: times,
    }),
  );
  // Pods that come and go: when they did is read by questions of its own.
  Array.from({ length: 12 }, (_, n) => {
    const createdAt = T + 3 + n * 900;
    const lives = every(30, createdAt + 7, createdAt + 700);
    const uid = `000000${30 + n}-2222-4000-8000-000000000000`;
    const [namespace, name] = ['jobs', `run-${n}`];
    addPod(store, {
      namespace,
      name,
      uid,
      createdAt,
      cpuCores: 1,
      usageTimes: lives,
      kubeTimes: lives,
    });
    const self = { namespace, pod: name, uid };
    const started = { namespace, pod: name, container: 'app', id: cgroupOf(uid, 'c1') };
    store.add('container_start_time_seconds', started, constant(lives, createdAt + 2));
    store.add('kube_pod_status_scheduled_time', self, constant(lives, createdAt + 1));
  });
  await store.build();
  prometheus = await startPrometheus({ dataDir: store.folder });
  proxy = await startSpoiltPrometheus(prometheus.url);
  undisturbed = await historyOf(null);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await prometheus?.stop();
  await store?.remove();
});

/** What the history says of use and cost after the two hours were spoilt and mended. */
async function historyOf(spoil: SpoiltPrometheus['spoil']): Promise<readonly string[]> {
  const config = configSchema.parse({
    cluster: 'test',
    prometheus: { url: proxy.url, attempts: 1, timeout: '400ms' },
    workloads: { source: 'prometheus' },
  });
  const settings = {
    config,
    thresholds: loadThresholds([]),
    detectors: DETECTORS,
    priceLists: [],
    configHash: '',
  };
  using folder = new TempHistory();
  let now = FROM;
  const collector = await createCollector(config, { ...SYSTEM_DEPS, steady: () => now });
  const history = await folder.openWriter();
  try {
    const state = new WorkingState(await history.loadState(detectorCodecs(settings)));
    const ports = { collector, history };
    for (const windows of [12, 24, 36, 42]) {
      const until = FROM + windows * WINDOW;
      now = until;
      const isSpoilt = until > SPOILT.from && until <= SPOILT.to;
      proxy.spoil = isSpoilt ? spoil : null;
      const options = { from: FROM, until, muted: false, signal: never };
      const { error } = await catchUp(ports, state, settings, options);
      expect(isSpoilt ? null : error).toBeNull();
    }
    await correctWindows(ports, state, settings, { since: FROM, until: UNTIL, signal: never });
    expect(await history.incompleteWindows(FROM, UNTIL)).toEqual([]);
  } finally {
    await collector.close();
    await history.close();
  }
  // Findings and states are what was believed then.
  const kept = /^(usage_pages|cost_hours|cost_days|node_windows|node_hours|node_days) /;
  return (await dumpHistory(folder.path())).filter((line) => kept.test(line));
}

it('the kinds are thirty and more', () => {
  expect(Object.keys(KINDS).length).toBeGreaterThanOrEqual(30);
  expect(undisturbed.filter((line) => line.includes('"default"')).length).toBeGreaterThan(50);
});

describe.each([
  'container_cpu_usage_seconds_total',
  'container_memory_working_set_bytes',
  'kube_pod_container_resource_requests',
])('two hours of answers about %s that are', (metric) => {
  it.each(Object.entries(KINDS))('%s leave nothing behind', async (_, kind) => {
    expect(differences(await historyOf({ metric, kind }), undisturbed)).toEqual([]);
  });
});

/** What is asked because of the first answers may be empty, so that only what the store says tells of it. */
const SAID = [
  'warnings of Prometheus',
  'a store of Thanos that is away',
  'a body that never ends',
  'a query that is not understood',
  'too many samples',
];

describe.each(['container_start_time_seconds', 'kube_pod_status_scheduled_time'])(
  'two hours of answers about when lives began (%s) that are',
  (metric) => {
    it.each(SAID)('%s leave nothing behind', async (name) => {
      const spoil = { metric, kind: KINDS[name] as (typeof KINDS)[string] };
      expect(differences(await historyOf(spoil), undisturbed)).toEqual([]);
    });
  },
);
