import { rateRangeOf } from '../../collect/prometheus/rateRange.ts';
import { CollectError } from '../../collect/collector.ts';
import { SYSTEM_DEPS } from '../../collect/createCollector.ts';
import { createPrometheusClient } from '../../collect/prometheus/client.ts';
import {
  readLiveSeries,
  type LiveQuery,
  type LiveSeries,
} from '../../collect/prometheus/liveSeries.ts';
import { parseMatchers } from '../../collect/prometheus/matchers.ts';
import type { ServeConfig } from '../config.ts';
import { SECOND_MS } from '../../model/time.ts';

/** Finer series than the history has, where they can be had. */
export interface LiveSource {
  /** Null where Prometheus does not answer in time, or has nothing of these pods any more. */
  series(query: LiveQuery): Promise<LiveSeries | null>;
}

/** A page waits this long; after that windows have to do. */
const PATIENCE_MS = 4 * SECOND_MS;

/** Asks Prometheus; `warn` gets the reason where the query fails. */
export function prometheusLiveSource(
  config: () => ServeConfig,
  warn: (problem: string) => void,
): LiveSource {
  return {
    async series(query) {
      const { prometheus, schedule } = config();
      const client = await createPrometheusClient({ ...prometheus, attempts: 1 }, SYSTEM_DEPS);
      try {
        const options = {
          rateMs: rateRangeOf({ prometheus, schedule }),
          matchers: parseMatchers(prometheus.matchers),
        };
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const live = await readLiveSeries(client, query, options, signal);
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
