import { HOUR_MS } from '../../model/time.ts';
import { COST_COLUMNS, NODE_COLUMNS, NODE_SUM_COLUMNS, USAGE_COLUMNS } from './columns.ts';
import { PageCodec } from './pageCodec.ts';
import { DAYS_A_MONTH, HOURS_A_DAY } from './slots.ts';
import { SUM_COLUMNS } from './usageSums.ts';

/** The codecs of all levels of pages. */
export function pageCodecs(windowMs: number) {
  const windows = HOUR_MS / windowMs;
  return {
    usage: new PageCodec(USAGE_COLUMNS, windows),
    costHours: new PageCodec(COST_COLUMNS, HOURS_A_DAY),
    costDays: new PageCodec(COST_COLUMNS, DAYS_A_MONTH),
    nodes: new PageCodec(NODE_COLUMNS, windows),
    nodeHours: new PageCodec(NODE_SUM_COLUMNS, HOURS_A_DAY),
    nodeDays: new PageCodec(NODE_SUM_COLUMNS, DAYS_A_MONTH),
  };
}

/** The codec of pinned pages: windows of an hour, summed over pods. */
export function pinnedCodec(windowMs: number): PageCodec {
  return new PageCodec(SUM_COLUMNS, HOUR_MS / windowMs);
}
