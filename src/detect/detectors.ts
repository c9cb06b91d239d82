import type { z } from 'zod';
import { abuseDetector } from './abuse/abuseDetector.ts';
import { postureDetector } from './posture/postureDetector.ts';
import { dataQualityDetector } from './quality/dataQuality.ts';
import { imageInClusters } from './imageInClusters.ts';
import { abandonedDetector } from './rightsize/abandoned/abandonedDetector.ts';
import { overprovisionedDetector } from './rightsize/overprovisioned/overprovisionedDetector.ts';
import { underprovisionedDetector } from './rightsize/underprovisioned/underprovisionedDetector.ts';
import { controlPlaneDetector } from './controlPlane/controlPlaneDetector.ts';
import { signalDetector } from './signals/signalDetector.ts';
import { budgetDetector } from './spend/budget/budgetDetector.ts';
import { costSpikeDetector } from './spend/costSpike/costSpikeDetector.ts';

/** Every detector, in the order in which they look at a window. */
export const DETECTORS = [
  dataQualityDetector,
  overprovisionedDetector,
  underprovisionedDetector,
  abandonedDetector,
  postureDetector,
  budgetDetector,
  costSpikeDetector,
  abuseDetector,
  imageInClusters,
  signalDetector,
  controlPlaneDetector,
] as const;

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The thresholds of all detectors by section; each detector sees its own. */
export type Thresholds = Intersection<
  Parameters<(typeof DETECTORS)[number]['detect']>[0]['thresholds']
>;

/** A schema for each file of `thresholds/`. */
export const THRESHOLD_SCHEMAS: { readonly [Section in keyof Thresholds]: z.ZodType } =
  Object.assign({}, ...DETECTORS.map(({ thresholds }) => thresholds));
