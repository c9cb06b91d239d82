import { CollectError } from '../../collect/collector.ts';
import { SYSTEM_DEPS } from '../../collect/createCollector.ts';
import { createPrometheusClient } from '../../collect/prometheus/client.ts';
import {
  readLiveSeries,
  type LiveQuery,
  type LiveSeries,
} from '../../collect/prometheus/liveSeries.ts';
import { trustedAt } from '../../collect/trust/trustedContext.ts';
import type { ServeConfig } from '../config.ts';
import type { KnownSources } from '../../model/snapshot.ts';
import { SECOND_MS } from '../../model/time.ts';

/** Finer series than the history has, where they can be had. */
export interface LiveSource {
  /** Null where Prometheus does not answer in time, or has nothing of these pods any more. */
  series(query: LiveQuery): Promise<LiveSeries | null>;
}

/** A page waits this long; after that windows have to do. */
const PATIENCE_MS = 4 * SECOND_MS;

/**
 * Asks Prometheus, and believes the scrape jobs that a window would; `warn` gets the reason where the query fails.
 */
export function prometheusLiveSource(
  config: () => ServeConfig,
  known: () => Promise<KnownSources>,
  warn: (problem: string) => void,
): LiveSource {
  return {
    async series(query) {
      const { prometheus, schedule } = config();
      const client = await createPrometheusClient({ ...prometheus, attempts: 1 }, SYSTEM_DEPS);
      try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const trusted = await trustedAt(
          query.to,
          client,
          { prometheus, schedule },
          await known(),
          signal,
        );
        const live = await readLiveSeries(client, trusted, query, signal);
        return live.columns.cpuUsageCores.some((value) => value !== null) ? live : null;
      } catch (error) {
        if (!(error instanceof CollectError)) throw error;
        warn(`Prometheus was not asked for a finer series: ${error.message}`);
        return null;
      } finally {
        client.close();
      }
    },
  };
}
