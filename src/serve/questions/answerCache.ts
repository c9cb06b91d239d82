import { LRUCache } from 'lru-cache';
import type { TimeMs } from '../../model/time.ts';

interface Entry {
  settled: { readonly version: number; readonly answer: unknown; rightAt: TimeMs } | null;
  pending: { readonly version: number; readonly answer: Promise<unknown> } | null;
}

/**
 * Answers that hold for one version of the history: each is computed once, however many ask for it. Bounded
 * in number; a failure is not kept.
 */
export class AnswerCache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #now: () => TimeMs;

  constructor(max: number, now: () => TimeMs = Date.now) {
    this.#entries = new LRUCache({ max });
    this.#now = now;
  }

  /**
   * The answer of this version, computed if it is not there.
   *
   * @param staleMs an answer that was right so long ago is returned while the next one is computed.
   */
  get<T>(key: string, version: number, compute: () => Promise<T>, staleMs = 0): Promise<T> {
    const entry = this.#entry(key);
    const { settled } = entry;
    if (settled?.version === version) {
      settled.rightAt = this.#now();
      return Promise.resolve(settled.answer as T);
    }
    const isUsable = settled !== null && this.#now() - settled.rightAt < staleMs;
    if (entry.pending === null || (!isUsable && entry.pending.version !== version))
      this.#start(entry, version, compute);
    const answer = isUsable ? settled.answer : entry.pending?.answer;
    return Promise.resolve(answer as T);
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { settled: null, pending: null };
    this.#entries.set(key, entry);
    return entry;
  }

  #start(entry: Entry, version: number, compute: () => Promise<unknown>): void {
    const pending = { version, answer: compute() };
    entry.pending = pending;
    // A failure reaches those who wait for the answer, if any do.
    this.#settle(entry, pending).catch(() => undefined);
  }

  async #settle(entry: Entry, pending: NonNullable<Entry['pending']>): Promise<void> {
    try {
      const answer = await pending.answer;
      const { version } = pending;
      if ((entry.settled?.version ?? -Infinity) <= version)
        entry.settled = { version, answer, rightAt: this.#now() };
    } finally {
      if (entry.pending === pending) entry.pending = null;
    }
  }
}
