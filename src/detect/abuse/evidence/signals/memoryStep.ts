import { podsOf } from '../../subjects/subject.ts';
import { unknown, type Signal } from '../signal.ts';
import { memoryQuantity } from '../../../../model/text/quantity.ts';

/**
 * Memory that came together with the use, or, of what is new, as much as RandomX takes in its fast mode: a data set of
 * 2,080 MiB and a cache of 256 MiB, which is all that its light mode takes. Other algorithms take next to nothing: a
 * bonus, never a condition.
 */
export const memoryStep: Signal = {
  name: 'memory-step',
  family: 'shape',
  unit: 'bytes',
  measure({ track, subject, normal, thresholds }) {
    const { ram } = subject;
    if (ram === null) return unknown('Its memory is not known');
    const { stepBytes, fastBytes } = thresholds.memory;
    const isNew = normal.base === null;
    const fits = isNew ? Math.abs(ram - fastBytes) <= stepBytes : track.ramStep >= stepBytes;
    const isFiring = fits && track.dwell >= thresholds.dwell.onWindows;
    return {
      value: isNew ? ram : track.ramStep,
      threshold: isNew ? fastBytes : stepBytes,
      strength: isFiring ? thresholds.points.weak : 0,
      text: isNew
        ? `Uses ${memoryQuantity(ram)} of memory${podsOf(subject)}`
        : `${memoryQuantity(Math.max(0, track.ramStep))} of memory added${podsOf(subject)} with the CPU use`,
    };
  },
};
