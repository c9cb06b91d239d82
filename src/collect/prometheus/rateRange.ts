import type { CollectConfig } from '../config.ts';
import { MINUTE_MS } from '../../model/time.ts';

/** Four scrapes of a minute, the usual interval: with fewer a rate has gaps, with less than two no answer. */
const SHORTEST_MS = 4 * MINUTE_MS;

/**
 * The range of every rate, in milliseconds: as configured, else the window, but never so short that a
 * scrape a minute leaves nothing to tell a rate by. A window below it is smoothed over those before it.
 */
export function rateRangeOf({
  prometheus,
  schedule,
}: Pick<CollectConfig, 'prometheus' | 'schedule'>): number {
  return prometheus.rateRange ?? Math.max(schedule.window, SHORTEST_MS);
}
