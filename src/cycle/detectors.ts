import { abuseDetector } from '../detect/abuse/abuseDetector.ts';
import { budgetDetector } from '../detect/budget/budgetDetector.ts';
import { costSpikeDetector } from '../detect/costSpike/costSpikeDetector.ts';
import { dataQualityDetector } from '../detect/dataQuality.ts';
import type { Detector } from '../detect/detector.ts';
import { postureDetector } from '../posture/postureDetector.ts';
import { abandonedDetector } from '../rightsize/abandoned/abandonedDetector.ts';
import { overprovisionedDetector } from '../rightsize/overprovisioned/overprovisionedDetector.ts';
import { underprovisionedDetector } from '../rightsize/underprovisioned/underprovisionedDetector.ts';

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
