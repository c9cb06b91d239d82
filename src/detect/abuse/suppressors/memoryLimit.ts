import { unknown, type Signal } from '../signal.ts';
import { formatShare } from '../../../model/text/units.ts';

/** Memory beyond this share of the limit: then the limit does not hold, and nothing strains against it. */
const NOT_HELD_SHARE = 1.1;

/**
 * A JVM (or another collected runtime) at its memory limit burns CPU on garbage, in silence. It takes
 * the weight of one family away; it cannot hide more, since a miner may fill its memory on purpose.
 */
export const memoryLimit: Signal = {
  name: 'memory-limit',
  family: 'suppressor',
  unit: 'share',
  measure({ subject, track, normal, thresholds }) {
    const { ram, ramLimit } = subject;
    if (ram === null || ramLimit === null || ramLimit <= 0)
      return unknown('It has no memory limit, or its memory is not known');
    const share = ram / ramLimit;
    // No memory came with the use: then it is the collector's, and not what filled the memory.
    const wasThere =
      normal.source === 'own' &&
      !normal.isDeployed &&
      track.ramStep < thresholds.jvm.stepShare * ramLimit;
    return {
      value: share,
      threshold: thresholds.jvm.memoryShare,
      strength:
        share < thresholds.jvm.memoryShare || share > NOT_HELD_SHARE ? 0 : wasThere ? 2.5 : 1,
      text: `Memory at ${formatShare(share)} of the limit: may be garbage collection`,
    };
  },
};
