import { medianOf, robustDeviation } from '../../../../model/quantile.ts';
import { memoryQuantity } from '../../../../model/text/quantity.ts';
import { formatCores, formatShare } from '../../../../model/text/units.ts';
import { levelOf } from '../../excess/excess.ts';
import { podsOf } from '../../subjects/subject.ts';
import { unknown, type Facts, type Signal } from '../signal.ts';

/** Robust coefficient of variation: 1.4826 MAD / median. */
export function robustSpread(values: readonly number[]): number {
  const median = medianOf(values);
  return median <= 0 ? Infinity : robustDeviation(values, median) / median;
}

/** True for use that is flat or at the limit, and until some windows have told otherwise. */
export function isSteady(
  { recent, levelDwell }: Facts['track'],
  { shape }: Facts['thresholds'],
): boolean {
  return recent.length < shape.minWindows || levelDwell > 0 || robustSpread(recent) <= shape.flat;
}

/** It takes nearly all it may have, window after window. Against a normal of its own that is half: servers are busy. */
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

/** A plateau: miners were measured at 1.5–13 %. Not evidence by itself. */
export const flatness: Signal = {
  name: 'flatness',
  family: 'shape',
  unit: 'share',
  measure({ track, thresholds: { shape } }) {
    if (track.recent.length < shape.minWindows)
      return unknown(`Needs ${shape.minWindows} suspicious windows`);
    const spread = robustSpread(track.recent);
    return {
      value: spread,
      threshold: shape.flat,
      strength: spread <= shape.flat ? 1 : 0,
      text: `Use varies by ${formatShare(spread)} between windows`,
    };
  },
};

/** Memory that came with the use, or, of what is new, as much as RandomX takes in its fast mode (2,080 + 256 MiB). */
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

/** A busy GPU whose tensor cores are idle. Weak alone: rendering and FP64 simulations look the same. */
export const gpuWithoutTensor: Signal = {
  name: 'gpu-without-tensor',
  family: 'shape',
  unit: 'share',
  measure({ subject: { kind, tensor, limit }, suspicion, thresholds: { gpu } }) {
    if (kind !== 'gpu' || tensor === null) return unknown('No GPU metrics (DCGM) for it');
    const share = suspicion.cores / Math.max(1, limit ?? 1);
    return {
      value: tensor,
      threshold: gpu.tensor,
      strength: share >= gpu.busy && tensor <= gpu.tensor ? 1 : 0,
      text: `GPU ${formatShare(share)} busy, tensor cores ${formatShare(tensor)} active`,
    };
  },
};
