import type { Facts, Measurement, Signal } from './signal.ts';
import { cpuWithoutWork } from './signals/cpuWithoutWork.ts';
import { elevatedSpec } from './signals/elevatedSpec.ts';
import { flatness } from './signals/flatness.ts';
import { gpuWithoutTensor } from './signals/gpuWithoutTensor.ts';
import { memoryStep } from './signals/memoryStep.ts';
import { newWorkload } from './signals/newWorkload.ts';
import { novelUse } from './signals/novelUse.ts';
import { REPORTED } from './signals/reported.ts';
import { signature, weakIndicator } from './signals/signature.ts';
import { sustainedUse } from './signals/sustainedUse.ts';
import { systemLikeName } from './signals/systemLikeName.ts';

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
  elevatedSpec,
  weakIndicator,
  ...REPORTED,
];

/** A signal and what it read. */
export interface MeasuredSignal extends Measurement {
  readonly signal: Signal;
}

/** Every signal's reading, but for those whose names are in `without`. */
export function measureAll(facts: Facts, without: readonly string[]): readonly MeasuredSignal[] {
  return SIGNALS.filter(({ name }) => !without.includes(name)).map((signal) => ({
    signal,
    ...signal.measure(facts),
  }));
}
