import type { PostureCheck } from '../check.ts';
import { addedCapabilities } from './addedCapabilities.ts';
import { automountToken } from './automountToken.ts';
import { cpuLimit } from './cpuLimit.ts';
import { cpuRequest } from './cpuRequest.ts';
import { disruptionBudget } from './disruptionBudget.ts';
import { ephemeralRequest } from './ephemeralRequest.ts';
import { escalation } from './escalation.ts';
import { fitsNoNode } from './fitsNoNode.ts';
import { hostNamespaces } from './hostNamespaces.ts';
import { hostPath } from './hostPath.ts';
import { limitBelowRequest } from './limitBelowRequest.ts';
import { limitRangeBreaks } from './limitRangeBreaks.ts';
import { limitRangeMissing } from './limitRangeMissing.ts';
import { memoryLimit } from './memoryLimit.ts';
import { memoryRequest } from './memoryRequest.ts';
import { privileged } from './privileged.ts';
import { quotaMissing } from './quotaMissing.ts';
import { quotaNearlyUsed } from './quotaNearlyUsed.ts';
import { quotaTooLarge } from './quotaTooLarge.ts';
import { runAsRoot } from './runAsRoot.ts';
import { seccomp } from './seccomp.ts';
import { unpinnedImage } from './unpinnedImage.ts';

/** Every check there is, in the order in which they are shown. */
export const CHECKS: readonly PostureCheck[] = [
  cpuRequest,
  memoryRequest,
  ephemeralRequest,
  memoryLimit,
  cpuLimit,
  limitBelowRequest,
  fitsNoNode,
  quotaMissing,
  quotaNearlyUsed,
  quotaTooLarge,
  limitRangeMissing,
  limitRangeBreaks,
  disruptionBudget,
  unpinnedImage,
  privileged,
  hostNamespaces,
  hostPath,
  addedCapabilities,
  runAsRoot,
  escalation,
  seccomp,
  automountToken,
];
