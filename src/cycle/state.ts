import type { Finding } from '../model/finding.ts';
import type { ExpectedSamples } from '../model/snapshot.ts';
import type { TimeMs } from '../model/time.ts';

/**
 * What one window hands to the next. `runWindow` never changes it: it returns a `StateChange`, which
 * `applyStateChange` folds in, so that a dry run simply drops the change.
 */
export interface CycleState {
  /** End of the first window of this history, or null before there is one. */
  readonly historyStart: TimeMs | null;
  /** End of the last sealed window, or null. */
  readonly watermark: TimeMs | null;
  readonly expectedSamples: ExpectedSamples;
  /** Detector name → key → state. */
  readonly detectors: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** Findings by fingerprint that are not resolved, and those resolved lately (they may reopen). */
  readonly findings: ReadonlyMap<string, Finding>;
}

/** The rows that one window changed; `null` deletes a row. */
export interface StateChange {
  readonly historyStart: TimeMs;
  readonly watermark: TimeMs;
  readonly expectedSamples: ExpectedSamples;
  readonly detectors: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly findings: ReadonlyMap<string, Finding | null>;
}

/** The state of a history that holds nothing yet. */
export function emptyState(): CycleState {
  return {
    historyStart: null,
    watermark: null,
    expectedSamples: { cadvisor: 0, kubeState: 0 },
    detectors: new Map(),
    findings: new Map(),
  };
}
