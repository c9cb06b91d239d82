import type { TimeMs } from '../../../src/model/time.ts';
import type { Clock } from '../../../src/notify/clock.ts';

/** A clock that tests own: sleeping moves it. */
export class FakeClock implements Clock {
  time: TimeMs;
  /** Every sleep, in milliseconds. */
  readonly sleeps: number[] = [];

  constructor(time: TimeMs) {
    this.time = time;
  }

  now(): TimeMs {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    this.time += ms;
  }

  random(): number {
    return 0.5;
  }
}
