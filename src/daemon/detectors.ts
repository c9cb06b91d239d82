import { abuseDetector } from '../detect/abuse/abuseDetector.ts';
import { budgetDetector } from '../detect/spend/budget/budgetDetector.ts';
import { costSpikeDetector } from '../detect/spend/costSpike/costSpikeDetector.ts';
import { dataQualityDetector } from '../detect/quality/dataQuality.ts';
import type { Detector } from '../detect/detector.ts';
import { postureDetector } from '../detect/posture/postureDetector.ts';
import { abandonedDetector } from '../detect/rightsize/abandoned/abandonedDetector.ts';
import { overprovisionedDetector } from '../detect/rightsize/overprovisioned/overprovisionedDetector.ts';
import { underprovisionedDetector } from '../detect/rightsize/underprovisioned/underprovisionedDetector.ts';

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
