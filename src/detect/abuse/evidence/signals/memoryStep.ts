import { podsOf } from '../../subjects/subject.ts';
import { unknown, type Signal } from '../signal.ts';
import { memoryQuantity } from '../../../../model/text/quantity.ts';

const MIB = 2 ** 20;
/** RandomX: a 2,080 MiB data set and a 256 MiB cache in fast mode, with room for threads. */
const FAST_MODE = [2_080 * MIB, 2_700 * MIB] as const;

/**
 * Memory that came together with the use. RandomX takes 256 MiB (light) or 2.3 GiB (fast), other
 * algorithms next to nothing: a bonus, never a condition.
 */
export const memoryStep: Signal = {
  name: 'memory-step',
  family: 'shape',
  unit: 'bytes',
  measure({ track, subject, normal, thresholds }) {
    if (subject.ram === null) return unknown('Its memory is not known');
    const step = normal.base === null ? subject.ram : track.ramStep;
    const isFiring =
      track.dwell >= thresholds.dwell.onWindows &&
      (normal.base === null
        ? step >= FAST_MODE[0] && step <= FAST_MODE[1]
        : step >= thresholds.memory.stepBytes);
    return {
      value: step,
      threshold: normal.base === null ? FAST_MODE[0] : thresholds.memory.stepBytes,
      strength: isFiring ? thresholds.points.weak : 0,
      text:
        normal.base === null
          ? `Uses ${memoryQuantity(step)} of memory${podsOf(subject)}`
          : `${memoryQuantity(Math.max(0, step))} of memory added${podsOf(subject)} with the CPU use`,
    };
  },
};
