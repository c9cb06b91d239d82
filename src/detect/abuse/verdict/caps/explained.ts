import { formatShare } from '../../../../model/text/units.ts';
import type { Facts } from '../../evidence/signal.ts';
import type { Cap } from '../cap.ts';

/** Memory beyond this share of the limit: then the limit does not hold, and nothing strains against it. */
const NOT_HELD_SHARE = 1.1;

/** Tensor cores at work: training or inference, on the GPU or feeding it. Miners leave them idle. */
export const gpuTraining: Cap = {
  name: 'gpu-training',
  atMost: 'info',
  explains: true,
  applies: ({ subject, thresholds }) => (subject.tensor ?? 0) > thresholds.gpu.tensor,
  because: ({ subject }) => `Tensor cores ${formatShare(subject.tensor ?? 0)} active`,
};

/** A JVM (or another collected runtime) at its memory limit burns CPU on garbage, in silence. */
export const memoryLimit: Cap = {
  name: 'memory-limit',
  atMost: 'info',
  explains: true,
  applies: (facts) => isAtItsMemoryLimit(facts) && !cameWithMemory(facts),
  because: (facts) => `${memoryText(facts)}: may be garbage collection`,
};

/** Where the memory came with the use, it may have been filled on purpose. */
export const memoryFilled: Cap = {
  name: 'memory-filled',
  atMost: 'warning',
  applies: (facts) => isAtItsMemoryLimit(facts) && cameWithMemory(facts),
  because: (facts) => `${memoryText(facts)}: garbage collection, or memory filled with the use`,
};

function shareOfLimit({ subject: { ram, ramLimit } }: Facts): number {
  return ram === null || ramLimit === null || ramLimit <= 0 ? 0 : ram / ramLimit;
}

function isAtItsMemoryLimit(facts: Facts): boolean {
  const share = shareOfLimit(facts);
  return share >= facts.thresholds.jvm.memoryShare && share <= NOT_HELD_SHARE;
}

function cameWithMemory({ normal, track, subject, thresholds }: Facts): boolean {
  if (normal.source !== 'own' || normal.isDeployed) return true;
  return track.ramStep >= thresholds.jvm.stepShare * (subject.ramLimit ?? 0);
}

function memoryText(facts: Facts): string {
  return `Memory at ${formatShare(shareOfLimit(facts))} of the limit`;
}
