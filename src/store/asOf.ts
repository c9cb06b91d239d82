import type { HistoryReader } from './history.ts';
import type { TimeMs } from '../model/time.ts';

/** What a past can be read of. */
export type PastReader = Pick<
  HistoryReader,
  'status' | 'costs' | 'costSeries' | 'billDays' | 'containerDays' | 'nodes'
>;

/** The history as if it ended at `time`: a digest of an old week speaks of that week. */
export function asOf(reader: PastReader, time: TimeMs): PastReader {
  return {
    status: async () => {
      const status = await reader.status();
      const { watermark } = status;
      return { ...status, watermark: watermark === null ? null : Math.min(watermark, time) };
    },
    costs: (query) => reader.costs(query),
    costSeries: (query) => reader.costSeries(query),
    billDays: (from, to) => reader.billDays(from, to),
    containerDays: (query) => reader.containerDays(query),
    nodes: () => reader.nodes(),
  };
}
