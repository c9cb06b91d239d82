import { expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../model/time.ts';
import { spanOfNew } from './readFinding.ts';

const SPAN = { from: 0, to: 25 * HOUR_MS };

/** Known from `first` on, every five minutes. */
function series(first: number) {
  const times = Array.from({ length: 300 }, (_, index) => (index + 1) * 5 * MINUTE_MS);
  return { times, columns: { cpuUsageCores: times.map((at) => (at < first ? null : 1)) } };
}

it('a workload of ten minutes fills its chart, with half an hour before it', () => {
  const first = SPAN.to - 10 * MINUTE_MS;
  expect(spanOfNew(SPAN, series(first))).toEqual({ from: first - 30 * MINUTE_MS, to: SPAN.to });
});

it('the older it is, the more of the time before is shown', () => {
  const first = SPAN.to - 8 * HOUR_MS;
  expect(spanOfNew(SPAN, series(first))).toEqual({ from: first - 2 * HOUR_MS, to: SPAN.to });
});

it.each([0, 2 * HOUR_MS, 30 * HOUR_MS])('a workload known from %i on keeps the day', (first) => {
  expect(spanOfNew(SPAN, series(first))).toBeNull();
});
