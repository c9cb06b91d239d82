import { unknown, type Signal } from '../signal.ts';
import { formatShare } from '../../../../model/text/units.ts';

/**
 * A busy GPU whose tensor cores are idle: training and inference use them, hashing does not (a GPU
 * miner holds the GPU at 80–92 %). Weak alone: rendering and FP64 simulations look the same.
 */
export const gpuWithoutTensor: Signal = {
  name: 'gpu-without-tensor',
  family: 'shape',
  unit: 'share',
  measure({ subject, suspicion, thresholds }) {
    if (subject.kind !== 'gpu' || subject.tensor === null)
      return unknown('No GPU metrics (DCGM) for it');
    const share = suspicion.cores / Math.max(1, subject.limit ?? 1);
    const isFiring = share >= thresholds.gpu.busy && subject.tensor <= thresholds.gpu.tensor;
    return {
      value: subject.tensor,
      threshold: thresholds.gpu.tensor,
      strength: isFiring ? 1 : 0,
      text: `GPU ${formatShare(share)} busy, tensor cores ${formatShare(subject.tensor)} active`,
    };
  },
};
