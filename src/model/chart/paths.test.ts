import { describe, expect, it } from 'vitest';
import { areaPath, bandPath, gapsOf, linePath, type Frame } from './paths.ts';

const frame: Frame = { x: (at) => at, y: (value) => 100 - value, bottom: 100, stepMs: 15 };

describe('linePath', () => {
  it('is no line across what is not known', () => {
    expect(linePath([0, 10, 20, 30], [1, 2, null, 4], frame, 'line')).toBe('M0,99L10,98M30,96Z');
  });

  it('is no line across time without points', () => {
    expect(linePath([0, 10, 90, 100], [1, 2, 3, 4], frame, 'line')).toBe(
      'M0,99L10,98M90,97L100,96',
    );
  });

  it('steps where a level holds until it changes', () => {
    expect(linePath([0, 10], [1, 5], frame, 'step')).toBe('M0,99L0,95L10,95');
  });

  it('draws bars for what happened, none for nothing', () => {
    expect(linePath([0, 10, 20], [0, 2, null], frame, 'bars')).toBe('M10,100V98');
  });
});

describe('areas and bands', () => {
  it('close at the bottom, each stretch by itself', () => {
    expect(areaPath([0, 10, 20, 30, 40], [1, 2, null, 4, 4], frame)).toBe(
      'M0,99L10,98L10,100L0,100ZM30,96L40,96L40,100L30,100Z',
    );
  });

  it('are there only where both edges are known', () => {
    const band = { low: [1, 1, null], high: [5, 6, 7] };
    expect(bandPath([0, 10, 20], band, frame)).toBe('M0,95L10,94L10,99L0,99Z');
  });
});

describe('gapsOf', () => {
  it('names every stretch that was not measured, also at both ends', () => {
    const time = { from: 0, to: 200, times: [50, 60, 70, 120, 130], stepMs: 15 };
    expect(gapsOf(time, [1, 1, null, 1, 1])).toEqual([
      { from: 0, to: 50 },
      { from: 60, to: 120 },
      { from: 130, to: 200 },
    ]);
  });
});
