import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import { compare, FIGURES, type Comparison } from '../cluster/suite/compare.ts';
import { measure } from '../cluster/suite/measure.ts';
import { fillStore, readRun, RECORDING_FOLDER } from '../cluster/suite/recording.ts';
import { createMetricStore } from '../support/metricStore.ts';

/**
 * What a real kubelet, its cAdvisor and kube-state-metrics exposed in a run of the cluster suite, with the times that
 * they had, through a real Prometheus; and the truth from the containers' control groups. docs/cluster.md tells how it
 * was recorded, and how to record it again when Burnwatch became better.
 */
const TOLERANCE = 0.02;
const RESOURCE_PATH = '/metrics/resource';
const run = readRun(RECORDING_FOLDER);
const truth = new Map(run.truth.map((workload) => [workload.key, workload]));
const closers: (() => Promise<void>)[] = [];
let replayed: readonly Comparison[];

beforeAll(async () => {
  const store = await createMetricStore();
  closers.push(() => store.remove());
  fillStore(store, RECORDING_FOLDER, (labels) => labels['metrics_path'] !== RESOURCE_PATH);
  await store.build();
  const prometheus = await startPrometheus({ dataDir: store.folder });
  closers.push(() => prometheus.stop());
  const measured = await measure({ prometheus: prometheus.url, span: run.span });
  replayed = run.kinds.flatMap(({ name, key }) => {
    const workload = truth.get(key);
    return workload ? [compare(name, workload, measured)] : [];
  });
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

describe.each(run.live)('$name', (live) => {
  const again = (): Comparison | undefined => replayed.find(({ name }) => name === live.name);

  // The recording has no truth of the others.
  const compared = FIGURES.filter((figure) => live.errors[figure] !== null);

  it.each(compared)(
    'is replayed with the error of the live run, or a smaller one: %s',
    (figure) => {
      const bound = Math.abs(live.errors[figure] ?? 0) + TOLERANCE;
      expect(Math.abs(again()?.errors[figure] ?? 0)).toBeLessThanOrEqual(bound);
    },
  );

  it.runIf(live.isOwnerFound)('is replayed with its owner', () => {
    expect(again()?.isOwnerFound).toBe(true);
  });
});
