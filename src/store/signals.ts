import type { Signal, SignalClass, SignalSource } from '../model/signal.ts';
import type { TimeMs } from '../model/time.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** What came in with one request. */
export interface SignalBatch {
  readonly signals: readonly Signal[];
  /** Digest of the request: the same one is taken once, however often its sender repeats it. */
  readonly digest: string;
  /** Wall clock. */
  readonly at: TimeMs;
}

export interface SignalsKept {
  readonly accepted: number;
  /** Were there already. */
  readonly duplicates: number;
}

/** There is no room: more came in than windows have taken up, or than may be kept. */
export class SignalsFull extends Error {
  override readonly name = 'SignalsFull';
}

/** Where other tools' events are written; what `append` resolved for is on the disk. */
export interface SignalStore {
  /** Keeps all of a batch, or nothing. @throws SignalsFull @throws HistoryError */
  append(batch: SignalBatch): Promise<SignalsKept>;
  close(): Promise<void>;
}

/** Times are in [from, to). */
export interface SignalQuery {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly limit: number;
  readonly offset?: number;
  /** Null for all that `namespaces` allows. */
  readonly namespace: string | null;
  /** Of a namespace: what its pods and images are named in counts as well. */
  readonly workload: WorkloadRef | null;
  readonly source?: SignalSource | null;
  readonly class?: SignalClass | null;
  /** Only these namespaces (authorization); null for all, with what belongs to none. */
  readonly namespaces: readonly string[] | null;
}

export interface SignalPage {
  readonly signals: readonly Signal[];
  readonly total: number;
}
