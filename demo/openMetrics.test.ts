import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../src/model/time.ts';
import { blockSpans } from './blocks.ts';
import { openMetricsText } from './openMetrics.ts';

describe('openMetricsText', () => {
  it('declares counters without _total, escapes labels, and writes seconds', () => {
    const text = [
      ...openMetricsText([
        {
          name: 'x_total',
          type: 'counter',
          series: [{ labels: { a: '"\\\n' }, times: [1500, 3000], values: [1, 2.5] }],
        },
        { name: 'y', type: 'gauge', series: [{ labels: {}, times: [0], values: [Number.NaN] }] },
      ]),
    ].join('');
    expect(text).toBe(
      '# TYPE x counter\nx_total{a="\\"\\\\\\n"} 1 1.5\nx_total{a="\\"\\\\\\n"} 2.5 3\n' +
        '# TYPE y gauge\ny NaN 0\n# EOF\n',
    );
  });
});

describe('blockSpans', () => {
  it('cuts at even hours and loses nothing', () => {
    const spans = blockSpans(HOUR_MS, 5.5 * HOUR_MS).map(({ start, end }) => [start, end]);
    expect(spans).toEqual([
      [HOUR_MS, 2 * HOUR_MS],
      [2 * HOUR_MS, 4 * HOUR_MS],
      [4 * HOUR_MS, 5.5 * HOUR_MS],
    ]);
  });
});
