import type { PodSample } from '../model/snapshot.ts';
import { MINUTE_MS, type TimeMs } from '../model/time.ts';
import { ExchangeError, type Exchange, type Talk } from '../store/exchange.ts';
import { splitNamespaces, type Share } from './share.ts';

/** A process that let the others down is not asked again for so long. */
const NOT_ASKED_MS: TimeMs = 10 * MINUTE_MS;

/** The processes that observe namespaces for the one that leads. */
export class Helpers {
  readonly #exchange: Exchange;
  readonly #now: () => TimeMs;
  readonly #failedAt = new Map<string, TimeMs>();
  #pods: ReadonlyMap<string, number> = new Map();
  #last = 0;

  constructor(exchange: Exchange, now: () => TimeMs) {
    this.#exchange = exchange;
    this.#now = now;
  }

  /** How many helped with the last observation. */
  get last(): number {
    return this.#last;
  }

  /** Counts the pods of a window, by which the next one is split. */
  learn(pods: readonly PodSample[]): void {
    const counts = new Map<string, number>();
    for (const { namespace } of pods) counts.set(namespace, 1 + (counts.get(namespace) ?? 0));
    this.#pods = counts;
  }

  /**
   * Observes together with whoever is there; null where nobody is, or one of them lets the others down: then nothing
   * of it counts.
   */
  async observe<T>(
    work: (shares: readonly Share[], ask: (question: unknown) => Promise<Talk>) => Promise<T>,
  ): Promise<T | null> {
    this.#last = 0;
    let talk: Talk | null = null;
    try {
      const there = (await this.#exchange.present()).filter((one) => this.#isTrusted(one));
      const shares = splitNamespaces(this.#pods, 1 + there.length);
      if (shares.length === 1) return null;
      const asked = there.slice(0, shares.length - 1);
      const ask = async (question: unknown) => (talk = await this.#exchange.ask(question, asked));
      const seen = await work(shares, ask);
      this.#last = asked.length;
      return seen;
    } catch (error) {
      // Nobody is to wait for this process.
      await (talk as Talk | null)?.fail(String(error));
      if (!(error instanceof ExchangeError)) throw error;
      if (error.by !== null) this.#failedAt.set(error.by, this.#now());
      return null;
    }
  }

  #isTrusted(one: string): boolean {
    const failedAt = this.#failedAt.get(one) ?? -Infinity;
    return Math.abs(this.#now() - failedAt) > NOT_ASKED_MS;
  }
}
