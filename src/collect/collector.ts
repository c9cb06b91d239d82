import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';

/** The port between the outside world and the cycle: observes windows. */
export interface Collector {
  /**
   * Observes adjoining windows, oldest first, with a number of queries that does not depend on how
   * many workloads there are.
   *
   * @param expected samples per window seen so far; each snapshot carries what it learnt to the next.
   * @throws CollectError when nothing can be said about the windows (the source is away, access denied).
   *   What is merely missing comes back as a snapshot with `complete: false` and its problems named.
   */
  collect(
    windows: readonly Window[],
    expected: ExpectedSamples,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]>;
  /**
   * How many windows are well asked for at once: bounded so that one batch of snapshots stays in the
   * low hundreds of thousands of container rows. Any other number gives the same snapshots.
   */
  batchSize(): number;
  /**
   * The oldest time that the source still has data for, or null when it cannot tell. Dear: the source is searched.
   *
   * @param maxAgeMs an answer that is no older than this may be given again; the oldest data only move forward.
   */
  oldestData(signal: AbortSignal, maxAgeMs?: number): Promise<number | null>;
  /** Whether the source has any sample after `time`, up to now or `until`, whichever is later. @throws CollectError */
  hasDataAfter(time: TimeMs, until: TimeMs, signal: AbortSignal): Promise<boolean>;
  /** What the source was asked for since the last call. */
  takeWork(): SourceWork;
  close(): Promise<void>;
}

/** The same collector, which observes windows in another way. */
export function observingBy(collector: Collector, collect: Collector['collect']): Collector {
  return {
    collect,
    batchSize: () => collector.batchSize(),
    oldestData: (...asked) => collector.oldestData(...asked),
    hasDataAfter: (...asked) => collector.hasDataAfter(...asked),
    takeWork: () => collector.takeWork(),
    close: () => collector.close(),
  };
}

/** What a source of metrics had to do. */
export interface SourceWork {
  readonly queries: number;
  /** Samples that it sent. */
  readonly samples: number;
  /** Of its answers, without compression. */
  readonly bytes: number;
  /** Time until each answer was there, added up. */
  readonly seconds: number;
  /** Queries that it refused, however often each was tried. */
  readonly refusals: number;
  /** Metrics that it is asked for in parts, since it refused all pods at once. */
  readonly splitMetrics: number;
  /** Processes that observed namespaces for this one, the last time. */
  readonly helpers: number;
}

/** Of a source that was asked nothing. */
export const NO_WORK: SourceWork = {
  queries: 0,
  samples: 0,
  bytes: 0,
  seconds: 0,
  refusals: 0,
  splitMetrics: 0,
  helpers: 0,
};

/** A source could not be asked at all. `retryable` says whether waiting may help. */
export class CollectError extends Error {
  override readonly name = 'CollectError';
  readonly code:
    | 'unreachable'
    | 'timeout'
    | 'unauthorized'
    | 'overloaded'
    | 'bad-answer'
    | 'bad-query'
    | 'too-large'
    | 'several-clusters'
    | 'no-data'
    | 'aborted';
  readonly retryable: boolean;
  constructor(code: CollectError['code'], message: string, retryable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
  }
}

/** An outage in a sentence: a source that has nothing did answer. */
export function outageText({ code, message }: Pick<CollectError, 'code' | 'message'>): string {
  return code === 'no-data' ? message : `Prometheus query failed (${code}): ${message}`;
}
