import { CollectError } from '../../collect/collector.ts';
import type { PrometheusClient } from '../../collect/prometheus/client.ts';
import {
  readLivePressure,
  readLiveSeries,
  type LiveQuery,
  type LiveSeries,
} from '../../collect/prometheus/liveSeries.ts';
import type { QueryContext } from '../../collect/prometheus/queries.ts';
import { trustedAt } from '../../collect/trust/trustedContext.ts';
import type { ServeConfig } from '../config.ts';
import type { KnownSources } from '../../model/snapshot.ts';
import type { WaitShares, PressureQuery } from '../../detect/rightsize/applied/readApplied.ts';
import { meanKnown } from '../../model/reading.ts';
import { ceilTo, MINUTE_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';

/** Finer series than the history has, where they can be had. */
export interface LiveSource {
  /** Null where Prometheus does not answer in time, or has nothing of these pods any more. */
  series(query: LiveQuery): Promise<LiveSeries | null>;
  /** How long the tasks of containers waited; unknown where the kubelet exports none, or Prometheus has it no more. */
  pressure(query: PressureQuery): Promise<WaitShares>;
}

/** Points at which a span's pressure is looked at, each over the rate's range. */
const PRESSURE_POINTS = 100;
/** More pods than this would be a burden on Prometheus: these stand for all. */
const MOST_PODS = 100;

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
  /** One reading; null where Prometheus does not answer in time. */
  async function ask<T>(to: TimeMs, read: (...asking: Asking) => Promise<T>): Promise<T | null> {
    const { prometheus, schedule } = config();
    const [{ createPrometheusClient }, { SYSTEM_DEPS }] = await Promise.all([
      import('../../collect/prometheus/client.ts'),
      import('../../collect/systemDeps.ts'),
    ]);
    const client = await createPrometheusClient({ ...prometheus, attempts: 1 }, SYSTEM_DEPS);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const trusted = await trustedAt(to, client, { prometheus, schedule }, await known(), signal);
      return await read(client, trusted, signal);
    } catch (error) {
      if (!(error instanceof CollectError)) throw error;
      warn(`Prometheus was not asked for a finer series: ${error.message}`);
      return null;
    } finally {
      client.close();
    }
  }

  return {
    async series(query) {
      const live = await ask(query.to, (client, context, signal) =>
        readLiveSeries(client, context, query, signal),
      );
      return live?.columns.cpuUsageCores.some((value) => value !== null) === true ? live : null;
    },
    async pressure({ pods, ...query }) {
      const stepMs = ceilTo((query.to - query.from) / PRESSURE_POINTS, MINUTE_MS);
      const asked = { ...query, pods: pods.slice(0, MOST_PODS), stepMs };
      const live = await ask(query.to, (client, context, signal) =>
        readLivePressure(client, context, asked, signal),
      );
      const { cpuPressureShare = [], ramPressureShare = [] } = live?.columns ?? {};
      return { cpu: meanKnown(cpuPressureShare), ram: meanKnown(ramPressureShare) };
    },
  };
}

type Asking = readonly [client: PrometheusClient, context: QueryContext, signal: AbortSignal];
