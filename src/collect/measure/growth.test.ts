import { describe, expect, it } from 'vitest';
import { growthIn } from './growth.ts';
import type { Life } from './lives.ts';

const MINUTE = 60_000;
const window = { start: 0, end: 5 * MINUTE };
const facts = { createdAt: null, endedAt: null, aheadMs: 60_000, intervalMs: 15_000 };

/** A life of one core that was sampled every 15 s until 10 s before its end. */
function life(from: number, to: number): Life {
  const times: number[] = [];
  for (let time = from + 5_000; time <= to - 10_000; time += 15_000) times.push(time);
  const values = times.map((time) => (time - from) / 1000);
  const columns = { times: Float64Array.from(times), values: Float64Array.from(values) };
  return { ...columns, from: 0, to: times.length, startedAt: from, intervalMs: 15_000 };
}

describe('a container that is killed and started again', () => {
  const lives = [life(0, 75_000), life(90_000, 165_000)];

  it('goes on at its last rate to the ends that are stated, beside what was measured', () => {
    const ends = [75_500, 165_500];
    const told = growthIn(lives, window, { ...facts, ends });
    const untold = growthIn(lives, window, facts);
    expect(told.measured).toBe(untold.measured);
    expect(untold.estimated).toBe(0);
    expect((told.measured ?? 0) + told.estimated).toBeCloseTo(151, 6);
  });

  it('never goes on into its next life', () => {
    const late = growthIn(lives, window, { ...facts, ends: [95_000] });
    expect((late.measured ?? 0) + late.estimated).toBeLessThanOrEqual(90 + 65);
  });
});
