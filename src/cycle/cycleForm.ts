import type { DetectorFailure } from '../detect/quality/failedDetectors.ts';
import type { CollectError, Collector } from '../collect/collector.ts';
import type { HistoryWriter } from '../store/history.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { Finding, FindingEvent } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';

export interface CyclePorts {
  readonly collector: Collector;
  readonly history: HistoryWriter;
}

export interface CatchUpOptions {
  /** Where to begin when nothing is sealed yet; a window's start. */
  readonly from: TimeMs;
  /** Windows that end at or before this are complete and may be sealed. */
  readonly until: TimeMs;
  /** Muted windows' events are recorded as suppressed. */
  readonly muted: boolean;
  /** Observes and judges, but writes nothing. */
  readonly dryRun?: boolean;
  /** A history that cannot begin for want of data is a finding. A command says it itself, and leaves nothing behind. */
  readonly recordsNoData?: boolean;
  readonly signal: AbortSignal;
  onProgress?(progress: CycleProgress): void;
}

export interface CycleProgress {
  readonly sealed: number;
  readonly planned: number;
  readonly lastWindow: Window;
  readonly containers: number;
  readonly findings: number;
}

/** What a cycle came to. `error` is the outage that stopped it; what was sealed before stays sealed. */
export interface CycleReport {
  readonly sealed: number;
  readonly corrected: number;
  readonly lost: number;
  readonly watermark: TimeMs | null;
  readonly events: readonly FindingEvent[];
  readonly openFindings: readonly Finding[];
  readonly last: {
    readonly snapshot: Snapshot;
    readonly costs: WindowCosts;
    readonly costNano: number;
  } | null;
  readonly error: CollectError | null;
  /** What detectors threw, one for each window and detector. */
  readonly failures: readonly DetectorFailure[];
}
