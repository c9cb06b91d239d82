import { HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { PointNote } from './grid.ts';

/** After its first refusal a question waits for so long, after each further one twice as long. */
const FIRST_PAUSE_MS: TimeMs = 5 * MINUTE_MS;
const LONGEST_PAUSE_MS: TimeMs = HOUR_MS;
/** What has been like this for so long is taken to stay so: no window waits for it any more. */
export const BELIEVED_MS: TimeMs = 6 * HOUR_MS;

interface Refused {
  /** The store's words. */
  readonly said: string;
  readonly since: number;
  readonly pauseMs: TimeMs;
  readonly askAt: number;
}

/** What comes of a question; nothing but whether there are series is looked at. */
interface Answered {
  readonly series: readonly unknown[];
  readonly failures: readonly PointNote[];
}

/**
 * The questions that a store refuses to answer at all, and when each is asked again: first after five minutes, in the end
 * once an hour, so that a store that is mended is noticed, and one that is not is not asked in vain at every window. A
 * restart forgets them.
 */
export class RefusedQueries {
  readonly #steady: () => number;
  readonly #refused = new Map<string, Refused>();

  /** @param steady milliseconds that only go on. */
  constructor(steady: () => number) {
    this.#steady = steady;
  }

  /**
   * Asks, unless the question was refused a short while ago: then it is as if it were again.
   *
   * @param points that are asked for.
   * @param none the answer without any series.
   * @throws whatever `ask` throws.
   */
  async unless<T extends Answered>(
    question: string,
    points: Pick<PointNote, 'from' | 'to'>,
    none: T,
    ask: () => Promise<T>,
  ): Promise<T> {
    const refused = this.#refused.get(question);
    if (refused !== undefined && this.#steady() < refused.askAt)
      return { ...none, failures: [{ ...points, text: refused.said, ...this.#lasting(refused) }] };
    const answer = await ask();
    const [failure] = answer.failures;
    if (failure === undefined || answer.series.length > 0) {
      this.#refused.delete(question);
      return answer;
    }
    const now = this.#steady();
    const pauseMs = refused === undefined ? FIRST_PAUSE_MS : 2 * refused.pauseMs;
    const again = {
      said: failure.text,
      since: refused?.since ?? now,
      pauseMs: Math.min(LONGEST_PAUSE_MS, pauseMs),
      askAt: now + Math.min(LONGEST_PAUSE_MS, pauseMs),
    };
    this.#refused.set(question, again);
    const lasting = this.#lasting(again);
    return { ...answer, failures: answer.failures.map((one) => ({ ...one, ...lasting })) };
  }

  #lasting({ since }: Refused): Pick<PointNote, 'lasting'> {
    return this.#steady() - since < BELIEVED_MS ? {} : { lasting: true };
  }
}
