import { expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { rateRangeOf } from './rateRange.ts';

const rangeOf = (config: object): number =>
  rateRangeOf(configSchema.parse({ cluster: 'test', ...config }));

it('the window, unless a scrape a minute would leave it without a rate', () => {
  expect(rangeOf({})).toBe(300_000);
  expect(rangeOf({ schedule: { window: '15m' } })).toBe(900_000);
  expect(rangeOf({ schedule: { window: '1m' } })).toBe(240_000);
});

it('as configured, however short', () => {
  expect(rangeOf({ schedule: { window: '1m' }, prometheus: { rateRange: '1m' } })).toBe(60_000);
});
