import { unknown, type Signal } from '../signal.ts';
import { formatShare } from '../../../model/text/units.ts';

/** The use rose with the traffic, in the workload's own proportion: load, not abuse; half of that is a hint. */
export const movesWithTraffic: Signal = {
  name: 'moves-with-traffic',
  family: 'suppressor',
  unit: 'share',
  measure({ normal, suspicion, thresholds }) {
    if (normal.base === null || suspicion.extraBytes === null)
      return unknown('Needs its own baseline of use and traffic');
    return {
      value: suspicion.explained,
      threshold: thresholds.work.explainedShare,
      strength:
        suspicion.explained >= thresholds.work.explainedShare
          ? 1
          : suspicion.explained >= thresholds.work.weakShare
            ? 0.5
            : 0,
      text: `The added traffic accounts for ${formatShare(suspicion.explained)} of the added use`,
    };
  },
};
