import type { Signal } from './signal.ts';
import { cpuWithoutWork } from './signals/cpuWithoutWork.ts';
import { signature, systemLikeName, weakIndicator } from './signals/marks.ts';
import { newWorkload, novelUse } from './signals/novelty.ts';
import { flatness, gpuWithoutTensor, memoryStep, sustainedUse } from './signals/plateau.ts';
import { REPORTED } from './signals/reported.ts';

/** Every signal, in the order in which evidence is shown. To add one, write its file, a line here, and a test. */
export const SIGNALS: readonly Signal[] = [
  signature,
  novelUse,
  newWorkload,
  cpuWithoutWork,
  sustainedUse,
  flatness,
  memoryStep,
  gpuWithoutTensor,
  systemLikeName,
  weakIndicator,
  ...REPORTED,
];
