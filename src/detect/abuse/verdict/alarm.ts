import type { Severity } from '../../../model/finding.ts';
import { DAY_HOURS } from '../../../model/time.ts';
import type { Facts } from '../evidence/signal.ts';
import { HOUR_UNITS, unitsOf } from '../state/advance.ts';
import { REMEMBERED_MS } from '../expectation/ring.ts';
import { medianOf } from '../../../model/quantile.ts';
import { rankOf } from './caps.ts';
import type { Judgement } from './judge.ts';
import { offWindows } from '../thresholds.ts';
import { ALARM, none, type Track } from '../state/state.ts';

const SEVERITY: readonly (Severity | null)[] = [null, 'info', 'warning', 'critical'];

/** An alarm that comes back after less than this is the same trouble. */
const RETURN_MS = REMEMBERED_MS / 2;
const DAY_UNITS = DAY_HOURS * HOUR_UNITS;

/** What the alarm came to in this window. */
export interface AlarmStep {
  readonly track: Track;
  /** `firing` and `clear` are said; `unknown` (learnt by now, or nothing to say) is not. */
  readonly status: 'firing' | 'clear' | 'unknown';
  readonly severity: Severity;
  /** True when it has just become a warning: its hours are flagged back to the onset. */
  readonly hasRisen: boolean;
}

/**
 * Hysteresis: an alarm rises at once (the judgement has dwelt already), falls only after
 * half a day of less, and ends when the use has been below the middle between its normal and the
 * alarm for `offWindows`, or when a cap has come to explain it. Use that stays and was learnt meanwhile ends nothing: the
 * finding stays open until somebody decides.
 */
export function stepAlarm(facts: Facts, judgement: Judgement): AlarmStep {
  const { track, suspicion, window } = facts;
  const units = unitsOf(window);
  const rank = rankOf(judgement.severity);
  if (rank > track.alarm) {
    const typical = medianOf(track.recent);
    const isBack = track.lastAlarm > 0 && window.end - track.lastAlarm < RETURN_MS;
    const risen: Track = {
      ...track,
      alarm: rank,
      returns: track.alarm > 0 ? track.returns : isBack ? track.returns + 1 : 0,
      quietBelow: (suspicion.normal + Math.max(typical, suspicion.normal)) / 2,
      lowFor: 0,
      lessFor: 0,
    };
    return said(risen, 'firing', rank >= 2 && track.alarm < 2);
  }
  if (track.alarm === 0) return said(track, 'unknown', false);
  const isLow =
    track.quietBelow > 0
      ? suspicion.cores < track.quietBelow && suspicion.by === null
      : track.dwell < 1;
  if (isLow) {
    const lowFor = track.lowFor + units;
    if (lowFor >= offFor(facts)) return ended(track);
    return said({ ...track, lowFor }, 'firing', false);
  }
  // A peak that was learnt interrupts no quiet, or a warning of what comes every day would never end.
  if (track.dwell < 1)
    return said({ ...track, lowFor: track.alarm < 3 ? track.lowFor : 0 }, 'unknown', false);
  const lessFor = rank < track.alarm ? track.lessFor + units : 0;
  const isExplained = judgement.caps.some(({ explains }) => explains);
  if (rank === 0 && isExplained && lessFor >= offFor(facts)) return ended(track);
  const falls = rank > 0 && lessFor >= (isExplained ? offFor(facts) : DAY_UNITS / 2);
  return said(
    { ...track, lowFor: 0, lessFor: falls ? 0 : lessFor, alarm: falls ? rank : track.alarm },
    'firing',
    false,
  );
}

/** An alarm that comes back within a week, or of which hours are known only, ends after a day: one finding, not a message an hour. */
function offFor({ track, normal, thresholds }: Facts): number {
  const isUnsure = track.returns > 0 || (normal.source === 'unknown' && track.signs.length === 0);
  return isUnsure ? DAY_UNITS : offWindows(thresholds);
}

function ended(track: Track): AlarmStep {
  const { returns, taintedHour, lastSeen } = track;
  const kept = { returns, taintedHour, lastAlarm: lastSeen, dwell: 0, signs: [] };
  const over: Track = { ...track, ...none(ALARM), ...kept };
  return { track: over, status: 'clear', severity: 'info', hasRisen: false };
}

function said(track: Track, status: AlarmStep['status'], hasRisen: boolean): AlarmStep {
  return { track, status, severity: SEVERITY[track.alarm] ?? 'info', hasRisen };
}
