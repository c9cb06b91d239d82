import { LRUCache } from 'lru-cache';
import type { TimeMs } from '../../model/time.ts';

/** Two answers of one version are the same; which version is the newer one, the order of the questions says. */
type Version = string | number;

interface Pending {
  readonly version: Version;
  /** Rises from each answer that is begun to the next. */
  readonly turn: number;
  readonly answer: Promise<unknown>;
  /** How many wait for it; infinite where it is computed for later. */
  wanted: number;
  readonly stop: AbortController;
}

interface Entry {
  settled: {
    readonly version: Version;
    readonly turn: number;
    readonly answer: unknown;
    rightAt: TimeMs;
  } | null;
  pending: Pending | null;
}

export interface AnswerOptions {
  /** An answer that was right so long ago is returned while the next one is computed. */
  readonly staleMs?: number;
  /** Aborted when the caller no longer wants the answer. */
  readonly leaves?: AbortSignal;
}

/** Texts that are kept, in bytes; a larger one is computed again. */
const KEPT_BYTES = 128 * 2 ** 20;

/**
 * Answers that hold for one version of the history: each is computed once, however many ask for it, and given up when
 * all of them have left. Bounded in number, and in the size of texts; a failure is not kept.
 */
export class AnswerCache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #now: () => TimeMs;
  #turns = 0;

  constructor(max: number, now: () => TimeMs = Date.now) {
    this.#entries = new LRUCache({ max, maxSize: KEPT_BYTES, sizeCalculation: () => 1 });
    this.#now = now;
  }

  /**
   * The answer of this version, computed if it is not there.
   *
   * @param compute its signal is aborted when all clients have left.
   */
  get<T>(
    key: string,
    version: Version,
    compute: (unwanted: AbortSignal) => Promise<T>,
    { staleMs = 0, leaves }: AnswerOptions = {},
  ): Promise<T> {
    const entry = this.#entry(key);
    const { settled } = entry;
    if (settled?.version === version) {
      settled.rightAt = this.#now();
      return Promise.resolve(settled.answer as T);
    }
    const isUsable = settled !== null && this.#now() - settled.rightAt < staleMs;
    let { pending } = entry;
    if (
      pending === null ||
      pending.stop.signal.aborted ||
      (!isUsable && pending.version !== version)
    )
      pending = this.#start(key, entry, version, compute);
    want(pending, isUsable ? undefined : leaves);
    return Promise.resolve((isUsable ? settled.answer : pending.answer) as T);
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { settled: null, pending: null };
    this.#entries.set(key, entry);
    return entry;
  }

  #start(
    key: string,
    entry: Entry,
    version: Version,
    compute: (unwanted: AbortSignal) => Promise<unknown>,
  ): Pending {
    const stop = new AbortController();
    this.#turns += 1;
    const turn = this.#turns;
    const pending = { version, turn, answer: compute(stop.signal), wanted: 0, stop };
    entry.pending = pending;
    // A failure reaches those who wait for the answer, if any do.
    this.#settle(key, entry, pending).catch(() => undefined);
    return pending;
  }

  async #settle(key: string, entry: Entry, pending: Pending): Promise<void> {
    try {
      const answer = await pending.answer;
      const { version, turn } = pending;
      if ((entry.settled?.turn ?? 0) < turn)
        entry.settled = { version, turn, answer, rightAt: this.#now() };
      const size = answer instanceof Uint8Array ? answer.byteLength + 1 : 1;
      if (this.#entries.peek(key) !== entry) return;
      // Set over itself, an entry would keep its size.
      this.#entries.delete(key);
      this.#entries.set(key, entry, { size });
    } finally {
      if (entry.pending === pending) entry.pending = null;
    }
  }
}

function want(pending: Pending, leaves: AbortSignal | undefined): void {
  pending.wanted += leaves === undefined ? Infinity : 1;
  leaves?.addEventListener(
    'abort',
    () => {
      pending.wanted -= 1;
      if (pending.wanted === 0) pending.stop.abort();
    },
    { once: true },
  );
}
