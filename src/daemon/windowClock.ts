import type { TimeMs } from '../model/time.ts';

/**
 * The time by which windows are complete. A wall clock may be set back; what samples have confirmed stays so. So it is
 * the wall clock's time, but never earlier than a confirmed time and what has passed since by a clock that only goes on.
 * A wall clock that is ahead is harmless, since no window is sealed beyond the newest sample.
 */
export class WindowClock {
  readonly #wall: () => TimeMs;
  readonly #steady: () => number;
  #confirmed: { readonly time: TimeMs; readonly at: number } | null = null;

  /** @param steady milliseconds that only go on, whatever is done to the wall clock. */
  constructor(wall: () => TimeMs, steady: () => number) {
    this.#wall = wall;
    this.#steady = steady;
  }

  now(): TimeMs {
    if (this.#confirmed === null) return this.#wall();
    const { time, at } = this.#confirmed;
    return Math.max(this.#wall(), time + this.#steady() - at);
  }

  /** A sample of this time is there: it is not earlier now. */
  confirm(time: TimeMs): void {
    const at = this.#steady();
    const known = this.#confirmed;
    // What an older sample tells, and has passed since, may be later.
    if (known !== null && known.time + at - known.at >= time) return;
    this.#confirmed = { time, at };
  }
}
