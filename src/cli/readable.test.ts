import { expect, it } from 'vitest';
import { readable } from './readable.ts';

it.each([
  [85.67172258116976, '85.67'],
  [0.006219156176235101, '0.006219'],
  [2453667840, '2454000000'],
  [1.481e-20, '0'],
  [-0.25, '-0.25'],
  [0, '0'],
  ['2026-11-21T23:10:00Z', '2026-11-21T23:10:00Z'],
  [null, null],
])('%s is shown as %s', (value, text) => {
  expect(readable(value)).toBe(text);
});
