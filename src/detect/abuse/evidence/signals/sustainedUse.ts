import { medianOf } from '../../../../model/quantile.ts';
import { podsOf } from '../../subjects/subject.ts';
import { levelOf } from '../../excess/excess.ts';
import { unknown, type Signal } from '../signal.ts';
import { formatCores } from '../../../../model/text/units.ts';

/**
 * It takes nearly all it may have, window after window: of its limit, else far over its request, else
 * of its node. A level alone proves nothing (facts: one honest service at its limit was all that a
 * 60 % rule found); against a normal of its own it counts half, since busy is what servers are for.
 */
export const sustainedUse: Signal = {
  name: 'sustained-use',
  family: 'level',
  unit: 'cores',
  measure({ subject, track, suspicion, normal, thresholds }) {
    const allowed = levelOf(subject, thresholds);
    if (allowed === null) return unknown('Limit, request and node size are unknown');
    const isFiring = track.levelDwell >= thresholds.dwell.onWindows;
    // What rests in this window has held its level in most of those before.
    const used = isFiring ? Math.max(suspicion.cores, medianOf(track.recent)) : suspicion.cores;
    return {
      value: used,
      threshold: allowed.cores,
      strength: isFiring ? (normal.base?.isProvisional === false ? thresholds.points.weak : 1) : 0,
      text: `Uses ${formatCores(used)}${podsOf(subject)}; ${formatCores(allowed.cores)} is high for its ${allowed.of}`,
    };
  },
};
