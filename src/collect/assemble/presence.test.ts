import { expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import { newPod } from './podEntry.ts';
import { kubeScrapes, presenceOf, seenScrapes } from './presence.ts';

const START = Date.UTC(2026, 10, 23, 10);
const WINDOW = { start: START, end: START + 5 * MINUTE_MS };
const AHEAD_MS = 90 * SECOND_MS;

/** How much of the window is covered, of a pod that lives on and was scraped at these times. */
function coveredOf(times: readonly number[]): number {
  const pod = newPod('shop', 'web-1', 'uid-1');
  const value = { node: 'node-0', hostNetwork: false, creator: null };
  pod.info.push({ value, values: new Float64Array(2), times: Float64Array.from(times) });
  const scrapes = kubeScrapes(seenScrapes([pod], WINDOW, AHEAD_MS), WINDOW, AHEAD_MS);
  const facts = { createdAt: START - DAY_MS, unscheduled: false };
  return presenceOf(pod, WINDOW, 1, scrapes, facts)!.coveredMs;
}

/** Scrapes from an hour before the window to an hour after it. */
function everyFrom(intervalMs: number, phaseMs: number): readonly number[] {
  const count = Math.floor((2 * 60 * MINUTE_MS) / intervalMs);
  return Array.from(
    { length: count },
    (_, index) => START - 60 * MINUTE_MS + phaseMs + index * intervalMs,
  );
}

test.each([30, 60, 100, 120])(
  'scrapes %d seconds apart cover a window wherever they fall',
  (seconds) => {
    for (let phase = 0; phase < seconds; phase += 1) {
      const times = everyFrom(seconds * SECOND_MS, phase * SECOND_MS);
      expect(coveredOf(times), `first ${phase} s after`).toBe(5 * MINUTE_MS);
    }
  },
);

test.each([30, 120])('a gap at its start is missed, of scrapes %d seconds apart', (seconds) => {
  const late = START + 150 * SECOND_MS;
  const times = everyFrom(seconds * SECOND_MS, 0).filter(
    (time) => time < START - 30 * MINUTE_MS || time >= late,
  );
  expect(coveredOf(times)).toBe(WINDOW.end - times.find((time) => time >= late)!);
});

test('an outage that ends with the last scrape in sight is missed', () => {
  const back = START + 280 * SECOND_MS;
  const times = everyFrom(120 * SECOND_MS, 40 * SECOND_MS).filter(
    (time) => time < START - 30 * MINUTE_MS || time >= back,
  );
  expect(times.find((time) => time >= back)).toBe(back);
  expect(coveredOf(times)).toBe(WINDOW.end - back);
});
