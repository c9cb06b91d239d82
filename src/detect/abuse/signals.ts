import { z } from 'zod';
import type { Signal } from './signal.ts';
import { cpuHours } from './signals/cpuHours.ts';
import { cpuWithoutWork } from './signals/cpuWithoutWork.ts';
import { cusumFast } from './signals/cusumFast.ts';
import { cusumSlow } from './signals/cusumSlow.ts';
import { dayEqualsNight } from './signals/dayEqualsNight.ts';
import { elevatedSpec } from './signals/elevatedSpec.ts';
import { flatness } from './signals/flatness.ts';
import { gpuWithoutTensor } from './signals/gpuWithoutTensor.ts';
import { memoryStep } from './signals/memoryStep.ts';
import { newWorkload } from './signals/newWorkload.ts';
import { novelUse } from './signals/novelUse.ts';
import { podOutlier } from './signals/podOutlier.ts';
import { replication } from './signals/replication.ts';
import { signature, weakIndicator } from './signals/signature.ts';
import { sustainedUse } from './signals/sustainedUse.ts';
import { systemLikeName } from './signals/systemLikeName.ts';
import { allowList } from './suppressors/allowList.ts';
import { busyIo } from './suppressors/busyIo.ts';
import { gpuTraining } from './suppressors/gpuTraining.ts';
import { memoryLimit } from './suppressors/memoryLimit.ts';
import { movesWithTraffic } from './suppressors/movesWithTraffic.ts';
import { pastRuns } from './suppressors/pastRuns.ts';
import { scalesWithTraffic } from './suppressors/scalesWithTraffic.ts';
import { servesItsPod } from './suppressors/servesItsPod.ts';

/** Every signal, in the order in which evidence is shown. To add one, write its file with its weight, a line here, and a test. */
export const SIGNALS: readonly Signal[] = [
  signature,
  novelUse,
  newWorkload,
  cusumFast,
  cusumSlow,
  podOutlier,
  cpuWithoutWork,
  sustainedUse,
  cpuHours,
  flatness,
  dayEqualsNight,
  memoryStep,
  gpuWithoutTensor,
  replication,
  systemLikeName,
  elevatedSpec,
  weakIndicator,
];

/** Reasons to suspect less. None of them outweighs a signature. */
export const SUPPRESSORS: readonly Signal[] = [
  pastRuns,
  busyIo,
  movesWithTraffic,
  scalesWithTraffic,
  servesItsPod,
  gpuTraining,
  memoryLimit,
  allowList,
];

const points = z.number().min(0).max(100);

/** `weights` of `thresholds/abuse.yaml`: points of each signal, and what each suppressor takes away. */
export const weightsSchema = z.strictObject({
  ...Object.fromEntries(
    SIGNALS.map(({ name, weight }) => [
      name,
      weight === undefined ? points : points.default(weight),
    ]),
  ),
  suppressor: points,
});
