import type { Severity } from '../../model/finding.ts';
import type { Window } from '../../model/time.ts';
import { unitsOf } from './advance.ts';
import { quantileOf } from './baseline.ts';
import type { Judgement } from './judge.ts';
import type { Track } from './state.ts';
import type { Suspicion } from './suspicion.ts';
import type { AbuseThresholds } from './thresholds.ts';

const RANK: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 };
const SEVERITY: readonly (Severity | null)[] = [null, 'info', 'warning', 'critical'];

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
 * `offWindows × 2` windows of less, and ends when the dwell has run down and the use is below the
 * middle between its normal and the alarm. Use that stays and was learnt meanwhile ends nothing: the
 * finding stays open until somebody decides.
 */
export function stepAlarm(
  track: Track,
  judgement: Judgement,
  suspicion: Suspicion,
  window: Window,
  knobs: AbuseThresholds,
): AlarmStep {
  const units = unitsOf(window);
  const rank = judgement.severity === null ? 0 : RANK[judgement.severity];
  if (rank > track.alarm) {
    const typical = quantileOf(track.recent, 0.5);
    const risen: Track = {
      ...track,
      alarm: rank,
      alarmSince: track.alarm === 0 ? window.end : track.alarmSince,
      quietBelow: (suspicion.normal + Math.max(typical, suspicion.normal)) / 2,
      lowFor: 0,
    };
    return said(risen, 'firing', rank >= 2 && track.alarm < 2);
  }
  if (track.alarm === 0) return said(track, 'unknown', false);
  if (track.dwell >= 1) {
    const lowFor = rank < track.alarm ? track.lowFor + units : 0;
    const falls = rank > 0 && lowFor >= 2 * knobs.dwell.offWindows;
    return said(
      { ...track, lowFor: falls ? 0 : lowFor, alarm: falls ? rank : track.alarm },
      'firing',
      false,
    );
  }
  if (suspicion.cores >= track.quietBelow && track.quietBelow > 0)
    return said(track, 'unknown', false);
  const lowFor = track.lowFor + units;
  if (lowFor < knobs.dwell.offWindows) return said({ ...track, lowFor }, 'firing', false);
  const ended: Track = {
    ...track,
    alarm: 0,
    alarmSince: 0,
    quietBelow: 0,
    lowFor: 0,
    dwell: 0,
    fast: 0,
  };
  return { track: ended, status: 'clear', severity: 'info', hasRisen: false };
}

function said(track: Track, status: AlarmStep['status'], hasRisen: boolean): AlarmStep {
  return { track, status, severity: SEVERITY[track.alarm] ?? 'info', hasRisen };
}
