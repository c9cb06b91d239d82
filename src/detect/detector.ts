import type { z } from 'zod';
import type { WindowCosts } from '../model/cost.ts';
import type { Scope, Verdict } from '../model/finding.ts';
import type { PlannedEvent, PlannedScope } from '../model/plannedEvent.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TimeMs } from '../model/time.ts';
import type { DetectorState, StateCodec } from '../store/stateCodec.ts';
import type { PostureInput } from './posture/postureInput.ts';
import type { SignalsSeen } from './signals/signalMemory.ts';
import type { Budget, PricingConfig } from '../cost/config.ts';
import type { UnitCostConfig } from '../collect/unitCosts.ts';
import type { EventConfig } from './planned/config.ts';

/**
 * A rule over evidence. It is given one immutable window and its own state; it never asks Prometheus
 * or SQL, never reads a clock, never sends anything. To add one, write its file, a line in `detectors.ts`,
 * a test, and the values of its thresholds as YAML.
 *
 * @typeParam S the detector's state per key; treat it as immutable: put a new value, never change one.
 * @typeParam T its thresholds by section.
 */
export interface Detector<S, T extends object = object> {
  readonly name: string;
  /** State that another version wrote is dropped, and learnt anew. */
  readonly version: number;
  readonly codec: StateCodec<S>;
  /** A schema for each section; `thresholds/SECTION.yaml` holds the values with their sources. */
  readonly thresholds: { readonly [Section in keyof T]: z.ZodType<T[Section]> };
  detect(context: DetectContext<T>, state: DetectorState<S>): readonly Verdict[];
}

/** What every detector may look at. */
export interface DetectContext<T extends object = object> {
  readonly snapshot: Snapshot;
  readonly costs: WindowCosts;
  readonly config: DetectConfig;
  readonly thresholds: T;
  /** End of the very first window that this history holds: what is older is unknown, not absent. */
  readonly historyStart: TimeMs;
  /** Who owns a scope, by the labels and annotations of this window; null for nobody known. */
  ownerOf(scope: Scope): string | null;
  /** The same for every pod, by UID; pods whose owner nobody names are not in it. */
  podOwners(): ReadonlyMap<string, string>;
  /** The event that people have planned for a scope in this window; null for none. */
  planned(scope: PlannedScope): PlannedEvent | null;
  /** Events of other tools as of the end of this window; absent where none are kept. */
  readonly signals?: SignalsSeen;
  /** What posture is judged by, made once a window; absent where nobody has it. */
  posture?(): PostureInput;
  /** What the detectors before this one have said of the window. */
  verdictsSoFar?(): readonly Verdict[];
  /** True while a finding of this rule and scope is open, so that a detector can say `clear`. */
  isOpen(kind: Verdict['kind'], rule: string, scope: Scope): boolean;
}

/** What detectors depend on besides the thresholds. */
export interface DetectConfig {
  readonly pricing: PricingConfig;
  readonly budgets: readonly Budget[];
  readonly events: readonly EventConfig[];
  readonly unitCosts: readonly UnitCostConfig[];
  readonly schedule: { readonly timezone: string };
}
