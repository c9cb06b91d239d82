import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlocks } from '../../../demo/blocks.ts';
import { startPrometheus } from '../../../demo/prometheusServer.ts';
import { HOUR_MS, type TimeMs } from '../../../src/model/time.ts';
import { ApiServer } from '../apiServer/apiServer.ts';
import type { ApiObject } from '../apiServer/objectStore.ts';
import { CUSTOM_RESOURCES, STANDARD_RESOURCES } from '../apiServer/resources.ts';
import { statedMetrics, type MetricsOptions } from './statedMetrics.ts';
import { STATED_OBJECTS } from './statedObjects.ts';

export const TOKEN = 'token-of-the-stated-cluster';

/** A cluster of stated objects: its metrics in a real Prometheus, its API, and a file of its objects. */
export interface StatedCluster extends AsyncDisposable {
  readonly prometheusUrl: string;
  readonly api: ApiServer;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly specsFile: string;
  readonly start: TimeMs;
  readonly end: TimeMs;
}

/** Starts everything with `hours` of metrics up to `end`. */
export async function startStatedCluster(
  end: TimeMs,
  hours: number,
  options: MetricsOptions = {},
): Promise<StatedCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-stated-'));
  const start = end - hours * HOUR_MS;
  const dataDir = join(folder, 'prometheus');
  await createBlocks({ source: statedMetrics(STATED_OBJECTS, options), start, end, dataDir });
  const prometheus = await startPrometheus({ dataDir });
  const api = await ApiServer.start({
    tls: true,
    tokens: { [TOKEN]: 'system:serviceaccount:burnwatch:burnwatch' },
    resources: [...STANDARD_RESOURCES, ...CUSTOM_RESOURCES],
  });
  api.put(...(STATED_OBJECTS as readonly ApiObject[]));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, api.kubeconfig(TOKEN), { mode: 0o600 });
  const specsFile = join(folder, 'specs.json');
  return {
    prometheusUrl: prometheus.url,
    api,
    folder,
    kubeconfig,
    specsFile,
    start,
    end,
    async [Symbol.asyncDispose]() {
      await prometheus.stop();
      await api[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
