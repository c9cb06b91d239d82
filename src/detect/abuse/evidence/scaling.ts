import { HOUR_MS } from '../../../model/time.ts';
import { HOUR_UNITS } from '../state/advance.ts';
import { addWindow, elasticityOf, momentsOf, sumsOf } from './follow.ts';
import type { Rows, Track } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Suspicion } from '../excess/excess.ts';

/** Three hours: before that the load has hardly varied. */
const MIN_UNITS = 3 * HOUR_UNITS;
/** What costs more per request has an excess with an elasticity of 1 to what the traffic accounts for; a miner's is 0. */
export const SCALES_FROM = 0.5;

/** How the excess goes with what the workload's own traffic accounts for. */
export interface Scaling {
  /** Per cent that it changes for each per cent that the traffic does; null where too little was seen. */
  readonly elasticity: number | null;
  /** True: it surely goes with it; false: it surely does not; null: the traffic has not varied enough to tell. */
  readonly isSure: boolean | null;
}

/**
 * Whether the excess goes with what the workload's own traffic accounts for: a release that needs more for each
 * request, a slower node, answers of fewer bytes. A miner adds the same by day and by night. Null where there is
 * no traffic to go by, and outside of an episode.
 */
export function scalingOf(rows: Rows, subject: Subject, { traffic }: Suspicion): Scaling | null {
  const sums = sumsOf(rows, keyOf(subject));
  if (traffic === null || sums === null) return null;
  const moments = sums.sumUnits < MIN_UNITS ? null : momentsOf(sums);
  const line = moments === null ? null : elasticityOf(moments);
  if (line === null) return { elasticity: null, isSure: null };
  const { elasticity, margin } = line;
  const isSure =
    elasticity - margin > SCALES_FROM ? true : elasticity + margin < SCALES_FROM ? false : null;
  return { elasticity, isSure };
}

/** Adds a window of an episode to the sums; they end with the episode. */
export function learnScaling(
  rows: Rows,
  subject: Subject,
  track: Track,
  { traffic }: Suspicion,
  units: number,
): void {
  const was = sumsOf(rows, keyOf(subject));
  if (track.since === 0) {
    if (was !== null) rows.delete(keyOf(subject));
    return;
  }
  // An hour's average has left what was before the episode behind it only after an hour.
  const isSettled = track.lastSeen - track.since >= HOUR_MS && !subject.isStarting;
  if (traffic !== null && isSettled)
    rows.set(
      keyOf(subject),
      addWindow(
        was,
        traffic.accounted,
        Math.max(0, traffic.used - traffic.accounted),
        units,
        track.lastSeen,
      ),
    );
}

function keyOf({ key }: Subject): string {
  return `t/${key}`;
}
