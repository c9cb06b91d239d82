import type { KnownSources } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { CollectConfig } from '../config.ts';
import { NEAR_MS } from '../measure/samples.ts';
import type { PrometheusClient } from '../prometheus/client.ts';
import { noLimits } from '../prometheus/fetchBatch.ts';
import { gridOf } from '../prometheus/grid.ts';
import { parseMatchers, type LabelMatcher } from '../prometheus/matchers.ts';
import { queryContext, type QueryContext } from '../prometheus/queries.ts';
import { rateRangeOf } from '../prometheus/rateRange.ts';
import { EXPORTERS } from './exporters.ts';
import { fetchSources } from './fetchSources.ts';
import { configuredSources, trustMatchers, type SourceDecision } from './sources.ts';

/** The part of `schedule.settle` after which samples are sure to be shown. */
const SETTLED_SHARE = 0.75;

/**
 * How every query is written: only series of believed jobs are selected. The ranges are a millisecond short of a window, since
 * Prometheus 2 counts a sample on the range's left edge and Prometheus 3 does not: this way a sample on
 * a grid line belongs to exactly one window, with either.
 *
 * @throws Error when `prometheus.matchers` does not parse.
 */
export function trustedContext(
  config: Pick<CollectConfig, 'prometheus' | 'schedule'>,
  decisions: readonly SourceDecision[],
): QueryContext {
  const { window, settle } = config.schedule;
  const matchers = parseMatchers(config.prometheus.matchers);
  const trust = (metric: string, own: readonly LabelMatcher[]): readonly LabelMatcher[] =>
    trustMatchers(metric, own, decisions);
  return queryContext(window - 1, rateRangeOf(config) - 1, matchers, aheadOf(settle), trust);
}

/**
 * How long after a window's end samples may tell how it ended. They must be there when the window is sealed, and
 * stores show samples some seconds late (VictoriaMetrics: 30 s).
 */
function aheadOf(settleMs: TimeMs): TimeMs {
  return Math.min(NEAR_MS, Math.floor(settleMs * SETTLED_SHARE));
}

/** The same for queries about what containers use near one time, outside of any window. @throws CollectError */
export async function trustedAt(
  time: TimeMs,
  client: PrometheusClient,
  config: Pick<CollectConfig, 'prometheus' | 'schedule'>,
  known: KnownSources,
  signal: AbortSignal,
): Promise<QueryContext> {
  const grid = gridOf([{ start: time - config.schedule.window, end: time }]);
  const asking = {
    client,
    context: trustedContext(config, []),
    grid,
    signal,
    ...noLimits(),
  };
  const settled = configuredSources(known, config.prometheus.trust.jobs);
  const usage = EXPORTERS.filter(({ name }) => name === 'cadvisor');
  const [decisions = []] = await fetchSources(asking, settled, known.sources === undefined, usage);
  return trustedContext(config, decisions);
}
