import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../src/model/time.ts';
import { blockSpans } from './blocks.ts';

describe('blockSpans', () => {
  it('cuts at midnight (UTC) and loses nothing', () => {
    const spans = blockSpans(HOUR_MS, 53.5 * HOUR_MS).map(({ start, end }) => [start, end]);
    expect(spans).toEqual([
      [HOUR_MS, 24 * HOUR_MS],
      [24 * HOUR_MS, 48 * HOUR_MS],
      [48 * HOUR_MS, 53.5 * HOUR_MS],
    ]);
  });
});
