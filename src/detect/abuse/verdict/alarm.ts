import { hash } from '../../../model/hash.ts';
import { medianOf } from '../../../model/quantile.ts';
import { DAY_HOURS, WEEK_MS } from '../../../model/time.ts';
import type { Facts } from '../evidence/signal.ts';
import { HOUR_UNITS, OVER, rankOf, unitsOf, type Track } from '../state/state.ts';
import { offWindows } from '../thresholds.ts';
import type { Judged, Judgement } from './judge.ts';

/**
 * Rises at once; ends once the use has been below the middle between its normal and the alarm for `offWindows`, or once a
 * cap explains it. Use that was learnt ends nothing.
 */
export function stepAlarm(
  facts: Facts,
  judgement: Judgement | null,
): Pick<Judged, 'status'> & { readonly track: Track } {
  const { suspicion, window, indicators } = facts;
  const { alarm, quietBelow, dwell, lastAlarm, recent } = facts.track;
  const { severity = null, caps = [] } = judgement ?? {};
  const rank = rankOf(severity);
  if (rank === 0 && alarm === 0) return { track: facts.track, status: 'unknown' };
  // What was seen once is a fact of the finding, also while the miner rests or its spec is gone.
  const signs = severity === 'critical' ? indicators.strong.map(hash) : facts.track.signs;
  const track = { ...facts.track, signs };
  if (rank > alarm) {
    const { normal } = suspicion;
    // One that comes back within a week is the same trouble.
    const isBack = lastAlarm > 0 && window.end - lastAlarm < WEEK_MS;
    const returns = alarm > 0 ? track.returns : isBack ? track.returns + 1 : 0;
    const quiet = medianOf([normal, Math.max(normal, medianOf(recent))]);
    const risen = { ...track, alarm: rank, returns, quietBelow: quiet, lowFor: 0 };
    return { track: risen, status: 'firing' };
  }
  const isLow = quietBelow > 0 ? suspicion.cores < quietBelow && suspicion.by === null : dwell < 1;
  const isExplained = rank < alarm && caps.some(({ explains }) => explains);
  if (isLow || isExplained) {
    const lowFor = track.lowFor + unitsOf(window);
    if (lowFor < offFor({ ...facts, track }))
      return { track: { ...track, lowFor }, status: 'firing' };
    if (isLow || rank === 0)
      return { track: { ...track, ...OVER, lastAlarm: track.lastSeen }, status: 'clear' };
    return { track: { ...track, alarm: rank, lowFor: 0 }, status: 'firing' };
  }
  // A peak that was learnt interrupts no quiet, or a warning of what comes every day would never end.
  const isLearnt = dwell < 1;
  const lowFor = isLearnt && alarm < rankOf('critical') ? track.lowFor : 0;
  return { track: { ...track, lowFor }, status: isLearnt ? 'unknown' : 'firing' };
}

/** An alarm that comes back within a week, or of which hours are known only, ends after a day: one finding, not a message an hour. */
function offFor({ track, normal, thresholds }: Facts): number {
  const isUnsure = track.returns > 0 || (normal.source === 'unknown' && track.signs.length === 0);
  return isUnsure ? DAY_HOURS * HOUR_UNITS : offWindows(thresholds);
}
