import { startPrometheus } from '../../demo/prometheusServer.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Window } from '../../src/model/time.ts';
import type { MetricStore } from './metricStore.ts';

/** Collects some windows, which know nothing of earlier ones. */
type Collect = (windows: readonly Window[]) => Promise<readonly Snapshot[]>;

/** Builds a store, opens it in a real Prometheus, and lets `use` collect from it by metrics alone; removes all of it. */
export async function collectStore<T>(
  store: MetricStore,
  use: (collect: Collect) => Promise<T>,
): Promise<T> {
  try {
    await store.build();
    const server = await startPrometheus({ dataDir: store.folder });
    try {
      const config = configSchema.parse({
        prometheus: { url: server.url },
        workloads: { source: 'prometheus' },
      });
      const collector = await createCollector(config);
      try {
        return await use((windows) => collector.collect(windows, {}, new AbortController().signal));
      } finally {
        await collector.close();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await store.remove();
  }
}
