import type { NextStep, Severity } from '../../model/finding.ts';
import { WEEK_MS, type TimeMs } from '../../model/time.ts';
import type { DetectorState } from '../../store/stateCodec.ts';
import type { DetectContext } from '../detector.ts';
import type { ControlPlaneRow } from './state.ts';
import type { ControlPlaneThresholds } from './thresholds.ts';

export interface Sections {
  readonly controlPlane: ControlPlaneThresholds;
}

export type ControlPlaneRows = DetectorState<ControlPlaneRow>;
export type Context = DetectContext<Sections>;

/** Components and clients that were not seen for so long are forgotten. */
export const FORGET_MS = WEEK_MS;

/** Something that is wrong in this window. */
export interface Trouble {
  readonly rule: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  /** What is wrong, without since when. */
  readonly text: string;
  readonly next?: readonly NextStep[];
  /** Windows that it has to last. */
  readonly on: number;
  /** Where it began earlier than the first window that shows it. */
  readonly since?: TimeMs;
}
