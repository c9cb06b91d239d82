import { setTimeout as wait } from 'node:timers/promises';
import type { TimeMs } from '../model/time.ts';

/** The wall clock, sleep and chance of everything that sends. Injected, so that tests own time. */
export interface Clock {
  now(): TimeMs;
  /** Resolves after `ms`, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

/** The real clock, or one that agrees with another about the time. */
export function systemClock(now: () => TimeMs = Date.now): Clock {
  return {
    now,
    sleep: async (ms, signal) => {
      // An abort ends the sleep; the sleeper checks the signal next.
      await wait(ms, undefined, { signal }).catch(() => undefined);
    },
    random: () => Math.random(),
  };
}
