import type { Collector } from '../collect/collector.ts';
import type { Budget } from '../cost/config.ts';
import { readSpentElsewhere } from '../cost/budgets/spentElsewhere.ts';
import { speakerOf, withOtherHistories } from '../cost/fleet.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import { HOUR_MS } from '../model/time.ts';
import type { Config } from './config/schema.ts';

/**
 * Lets the windows that end an hour know what other clusters spent under the budgets over all of them, where this cluster
 * watches those. A cluster that is behind counts as far as it has come.
 */
export function withSpentElsewhere(collector: Collector, config: Config): Collector {
  const shared = config.budgets.filter(({ across }: Budget) => across === true);
  if (shared.length === 0 || speakerOf(config) !== config.cluster) return collector;
  return {
    collect: async (...asked) => {
      const snapshots = await collector.collect(...asked);
      if (!snapshots.some(({ window }) => window.end % HOUR_MS === 0)) return snapshots;
      return withOtherHistories(config, openHistoryReader, async (others) => {
        const told = [];
        for (const snapshot of snapshots) {
          const { end } = snapshot.window;
          const spent = end % HOUR_MS === 0 ? await readSpentElsewhere(shared, others, end) : null;
          told.push(spent === null ? snapshot : { ...snapshot, spentElsewhere: spent });
        }
        return told;
      });
    },
    batchSize: () => collector.batchSize(),
    oldestData: (...asked) => collector.oldestData(...asked),
    hasDataAfter: (...asked) => collector.hasDataAfter(...asked),
    close: () => collector.close(),
  };
}
