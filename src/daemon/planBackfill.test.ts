import { expect, it } from 'vitest';
import { planBackfill } from './planBackfill.ts';

const WINDOW = 300_000;
const T = Date.UTC(2026, 10, 24);
const EMPTY = { watermark: null, historyStart: null };
const span = { start: T - 86_400_000, end: T + 86_400_000 };

it.each([
  ['on the grid', 0, 0],
  ['a scrape after it', 37_000, 0],
  ['late in a window', 200_000, WINDOW],
])('a new history begins with the window that the data cover: %s', (_, after, begins) => {
  const { from, note } = planBackfill(span, EMPTY, T + after, WINDOW);
  expect(from).toBe(T + begins);
  expect(note).toMatch(/^Prometheus holds data only from 2026-11-24T00:0/);
});

it('nothing is said where all that was asked for can be had', () => {
  const asked = { start: T, end: span.end };
  expect(planBackfill(asked, EMPTY, T + 7_000, WINDOW)).toEqual({ from: T, note: null });
});

it('no data at all, or only later ones, are refused with the cure', () => {
  expect(() => planBackfill(span, EMPTY, null, WINDOW)).toThrow(/holds no container metrics/);
  expect(() => planBackfill(span, EMPTY, span.end + 1, WINDOW)).toThrow(/ask for later windows/);
});
