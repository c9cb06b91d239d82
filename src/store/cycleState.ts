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
    expectedSamples: {},
    detectors: new Map(),
    findings: new Map(),
  };
}

/**
 * The working copy of the state that a run of windows goes through. `apply` folds a window's change
 * in; it is kept apart from `runWindow`, which never changes what it was given.
 */
export class WorkingState implements CycleState {
  historyStart: TimeMs | null;
  watermark: TimeMs | null;
  expectedSamples: ExpectedSamples;
  readonly detectors: Map<string, Map<string, unknown>>;
  readonly findings: Map<string, Finding>;

  constructor(state: CycleState) {
    this.historyStart = state.historyStart;
    this.watermark = state.watermark;
    this.expectedSamples = state.expectedSamples;
    this.detectors = new Map([...state.detectors].map(([name, rows]) => [name, new Map(rows)]));
    this.findings = new Map(state.findings);
  }

  get openFindings(): readonly Finding[] {
    return [...this.findings.values()].filter(({ state }) => state !== 'resolved');
  }

  apply(change: StateChange): void {
    this.historyStart = change.historyStart;
    this.watermark = change.watermark;
    this.expectedSamples = change.expectedSamples;
    for (const [name, changes] of change.detectors) {
      const rows = this.detectors.get(name) ?? new Map<string, unknown>();
      fold(rows, changes);
      this.detectors.set(name, rows);
    }
    fold(this.findings, change.findings);
  }
}

function fold<V>(rows: Map<string, V>, changes: ReadonlyMap<string, V | null>): void {
  for (const [key, value] of changes) {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  }
}
