import type { TimeMs } from '../model/time.ts';

/** Of a clock that only goes on the reading, and of the wall the time, at one moment. */
interface Anchor {
  readonly time: TimeMs;
  readonly at: number;
}

/** What is caught up comes many times as fast. */
const IN_STEP = 2;

/**
 * The time by which windows are complete, and the time of messages. A wall clock may be set; what samples have
 * confirmed stays so, and a clock that only goes on has what has passed since.
 */
export class WindowClock {
  readonly #wall: () => TimeMs;
  readonly #steady: () => number;
  readonly #lateMs: () => TimeMs;
  readonly #startedAt: number;
  #confirmed: Anchor | null = null;
  /** The wall clock when it last was plausible. */
  #plausible: Anchor | null = null;
  /** Samples came as time went by: the newest one that is confirmed is about as old as it has to be. */
  #isLive = false;

  /**
   * @param steady milliseconds that only go on, whatever is done to the wall clock.
   * @param lateMs how old the newest confirmed sample may be while windows are sealed on schedule.
   */
  constructor(wall: () => TimeMs, steady: () => number, lateMs: () => TimeMs) {
    this.#wall = wall;
    // A time is whole milliseconds, of which this clock has fractions.
    this.#steady = () => Math.floor(steady());
    this.#lateMs = lateMs;
    this.#startedAt = this.#steady();
  }

  /**
   * When windows are complete: the wall clock's time, but never earlier than samples have shown. One that is ahead is
   * harmless, since no window is sealed beyond the newest sample.
   */
  now(): TimeMs {
    return Math.max(this.#wall(), this.#earliest());
  }

  /**
   * The time for messages, digests and silences, for which a wall clock that is ahead is not harmless: it is believed
   * within what samples allow, else what it said before goes on. Null while nothing tells whether it is ahead: after a
   * start, until samples have come or would have.
   */
  messageTime(): TimeMs | null {
    const [wall, steady, earliest] = [this.#wall(), this.#steady(), this.#earliest()];
    const isPossible = (time: TimeMs): boolean =>
      time >= earliest && (this.#confirmed === null || time <= earliest + this.#lateMs());
    if (isPossible(wall)) {
      this.#plausible = { time: wall, at: steady };
      return wall;
    }
    const before = this.#plausible;
    const goesOn = before === null ? wall : before.time + steady - before.at;
    if (isPossible(goesOn)) return goesOn;
    if (this.#isLive || wall < earliest) return earliest;
    // There was no sample since long, or the clock is ahead.
    return steady - this.#startedAt < this.#lateMs() ? null : wall;
  }

  /**
   * A sample of this time is there: it is not earlier now.
   *
   * @param isNewest no newer one was there.
   */
  confirm(time: TimeMs, isNewest: boolean): void {
    const at = this.#steady();
    const earliest = this.#earliest();
    const isNear = Math.abs(this.#wall() - time) <= this.#lateMs();
    const known = this.#confirmed;
    const isInStep =
      known !== null && time > known.time && time - known.time <= IN_STEP * (at - known.at);
    this.#isLive ||= isNewest && (isNear || isInStep);
    // What an older sample tells, and has passed since, may be later.
    if (time > earliest) this.#confirmed = { time, at };
  }

  #earliest(): TimeMs {
    if (this.#confirmed === null) return -Infinity;
    return this.#confirmed.time + this.#steady() - this.#confirmed.at;
  }
}
