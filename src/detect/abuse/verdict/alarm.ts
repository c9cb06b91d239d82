import type { Severity } from '../../../model/finding.ts';
import { medianOf } from '../../../model/quantile.ts';
import { DAY_HOURS, WEEK_MS } from '../../../model/time.ts';
import type { Facts } from '../evidence/signal.ts';
import {
  ALARM,
  HOUR_UNITS,
  none,
  rankOf,
  severityOfRank,
  unitsOf,
  type Track,
} from '../state/state.ts';
import { offWindows } from '../thresholds.ts';
import type { Judgement } from './judge.ts';

export interface AlarmStep {
  readonly track: Track;
  /** `firing` and `clear` are said; `unknown` (learnt by now, or nothing to say) is not. */
  readonly status: 'firing' | 'clear' | 'unknown';
  readonly severity: Severity;
  /** True when it has just become a warning: its hours are flagged back to the onset. */
  readonly hasRisen: boolean;
}

/**
 * Rises at once (the judgement has dwelt already); ends when the use has been below the middle between its normal and the
 * alarm for `offWindows`. A cap that has come to explain it lowers it after as long; use that was learnt ends nothing.
 */
export function stepAlarm(facts: Facts, judgement: Judgement): AlarmStep {
  const { track, suspicion, window } = facts;
  const rank = rankOf(judgement.severity);
  if (rank > track.alarm) {
    const { normal } = suspicion;
    // One that comes back within a week is the same trouble.
    const isBack = track.lastAlarm > 0 && window.end - track.lastAlarm < WEEK_MS;
    const risen: Track = {
      ...track,
      alarm: rank,
      returns: track.alarm > 0 ? track.returns : isBack ? track.returns + 1 : 0,
      quietBelow: medianOf([normal, Math.max(normal, medianOf(track.recent))]),
      lowFor: 0,
    };
    const warning = rankOf('warning');
    return said(risen, 'firing', rank >= warning && track.alarm < warning);
  }
  if (track.alarm === 0) return said(track, 'unknown');
  const isLow =
    track.quietBelow > 0
      ? suspicion.cores < track.quietBelow && suspicion.by === null
      : track.dwell < 1;
  const isExplained = rank < track.alarm && judgement.caps.some(({ explains }) => explains);
  if (isLow || isExplained) {
    const lowFor = track.lowFor + unitsOf(window);
    if (lowFor < offFor(facts)) return said({ ...track, lowFor }, 'firing');
    return isLow || rank === 0
      ? ended(track)
      : said({ ...track, alarm: rank, lowFor: 0 }, 'firing');
  }
  // A peak that was learnt interrupts no quiet, or a warning of what comes every day would never end.
  if (track.dwell < 1)
    return said(
      { ...track, lowFor: track.alarm < rankOf('critical') ? track.lowFor : 0 },
      'unknown',
    );
  return said({ ...track, lowFor: 0 }, 'firing');
}

/** An alarm that comes back within a week, or of which hours are known only, ends after a day: one finding, not a message an hour. */
function offFor({ track, normal, thresholds }: Facts): number {
  const isUnsure = track.returns > 0 || (normal.source === 'unknown' && track.signs.length === 0);
  return isUnsure ? DAY_HOURS * HOUR_UNITS : offWindows(thresholds);
}

function ended(track: Track): AlarmStep {
  const { returns, taintedHour, lastSeen, lastCores } = track;
  const kept = { returns, taintedHour, lastCores, lastAlarm: lastSeen, dwell: 0, signs: [] };
  return said({ ...track, ...none(ALARM), ...kept }, 'clear');
}

function said(track: Track, status: AlarmStep['status'], hasRisen = false): AlarmStep {
  return { track, status, severity: severityOfRank(track.alarm) ?? 'info', hasRisen };
}
