import { startPrometheus } from '../../../demo/prometheusServer.ts';
import { createMetricStore } from '../../support/metricStore.ts';
import { compare, FIGURES, type Comparison } from './compare.ts';
import { measure } from './measure.ts';
import { fillStore, readRun } from './recording.ts';

/** A replayed error may differ from the live one by two points. */
export const REPLAY_TOLERANCE = 0.02;
const RESOURCE_PATH = '/metrics/resource';

/** Measures a recording with this checkout, through a real Prometheus that holds its samples at the times they had. */
export async function replay(folder: string): Promise<Comparison[]> {
  const run = readRun(folder);
  const truth = new Map(run.truth.map((workload) => [workload.key, workload]));
  const store = await createMetricStore();
  try {
    fillStore(store, folder, (labels) => labels['metrics_path'] !== RESOURCE_PATH);
    await store.build();
    const prometheus = await startPrometheus({ dataDir: store.folder });
    try {
      const measured = await measure({ prometheus: prometheus.url, span: run.span });
      return run.kinds.flatMap(({ name, key }) => {
        const workload = truth.get(key);
        return workload ? [compare(name, workload, measured)] : [];
      });
    } finally {
      await prometheus.stop();
    }
  } finally {
    await store.remove();
  }
}

/** Figures of a replay that are not those of the live run, one line each. */
export function replayDifferences(
  live: readonly Comparison[],
  replayed: readonly Comparison[],
): string[] {
  return live.flatMap(({ name, errors, isOwnerFound }) => {
    const again = replayed.find((one) => one.name === name);
    const lines = FIGURES.flatMap((figure) => {
      const [before, after] = [errors[figure], again?.errors[figure] ?? null];
      const isSame =
        before === null || after === null
          ? before === after
          : Math.abs(before - after) <= REPLAY_TOLERANCE;
      return isSame ? [] : [`${name}: ${figure} ${before} live, ${after} replayed`];
    });
    if (again?.isOwnerFound !== isOwnerFound) lines.push(`${name}: the owner`);
    return lines;
  });
}
