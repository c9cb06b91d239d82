import { readControlPlane, type ControlPlaneReport } from '../../detect/controlPlane/report.ts';
import type { AnswerContext } from './answerContext.ts';

/** The control plane as of the last window, with its open findings. */
export function answerControlPlane(
  _ask: object,
  { reader, perWrite }: AnswerContext,
): Promise<ControlPlaneReport> {
  return perWrite('control-plane', () => readControlPlane(reader));
}
