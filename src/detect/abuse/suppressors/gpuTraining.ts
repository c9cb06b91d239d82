import { unknown, type Signal } from '../signal.ts';
import { formatShare } from '../../../model/text/units.ts';

/** Tensor cores at work: training or inference, on the GPU or feeding it. Miners leave them idle. */
export const gpuTraining: Signal = {
  name: 'gpu-training',
  family: 'suppressor',
  unit: 'share',
  measure({ subject, thresholds }) {
    if (subject.tensor === null) return unknown('No GPU metrics (DCGM) for it');
    const isTraining = subject.tensor > thresholds.gpu.tensor;
    return {
      value: subject.tensor,
      threshold: thresholds.gpu.tensor,
      strength: isTraining ? 1.5 : 0,
      text: `Tensor cores ${formatShare(subject.tensor)} active`,
    };
  },
};
