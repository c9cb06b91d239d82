import { postureDetector } from '../posture/postureDetector.ts';
import { abandonedDetector } from '../rightsize/abandoned/abandonedDetector.ts';
import { overprovisionedDetector } from '../rightsize/overprovisioned/overprovisionedDetector.ts';
import { underprovisionedDetector } from '../rightsize/underprovisioned/underprovisionedDetector.ts';
import { budgetDetector } from './budget/budgetDetector.ts';
import { costSpikeDetector } from './costSpike/costSpikeDetector.ts';
import { abuseDetector } from './abuse/abuseDetector.ts';
import { dataQualityDetector } from './dataQuality.ts';
import type { Detector } from './detector.ts';

/** Every rule there is, in the order in which they look at a window. */
export const DETECTORS: readonly Detector<unknown>[] = [
  dataQualityDetector,
  overprovisionedDetector,
  underprovisionedDetector,
  abandonedDetector,
  postureDetector,
  budgetDetector,
  costSpikeDetector,
  abuseDetector,
];
