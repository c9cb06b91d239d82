import { expect, it } from 'vitest';
import { loadThresholds } from '../../../daemon/config/loadThresholds.ts';
import { addHour, EMPTY_RING, type HourRing } from '../../usual/hourRing.ts';
import { lineThrough, usualAtTraffic } from './baseline.ts';

const { baseline } = loadThresholds([]).abuse;
const FIRST = 400_000;

/** A ring of hours with so many bytes a second and cores, oldest first. */
function ringOf(hours: readonly (readonly [net: number | null, cores: number])[]): HourRing {
  return hours.reduce<HourRing>(
    (ring, [net, mean], index) =>
      addHour(ring, FIRST + index, { mean, peak: mean, net, disk: 0 }, false),
    EMPTY_RING,
  );
}

function fit(hours: readonly (readonly [net: number | null, cores: number])[]) {
  const numbers = hours.map((_, index) => FIRST + index);
  return lineThrough(ringOf(hours), numbers, baseline);
}

/** Traffic of hour `index`, up and down by day. */
const netOf = (index: number): number => 100_000 * (1 + 0.6 * Math.sin((index / 24) * 2 * Math.PI));
const week = Array.from({ length: 168 }, (_, index) => netOf(index));

it('finds the use without traffic and what each byte costs', () => {
  const model = fit(week.map((net) => [net, 0.05 + 2e-6 * net]))!;
  expect(model.idle).toBeGreaterThan(0.03);
  expect(model.idle).toBeLessThan(0.07);
  expect(model.perByte / 2e-6).toBeCloseTo(1, 1);
  // A quiet hour of which there was none so far.
  expect(usualAtTraffic(model, 20_000).normal / 0.09).toBeCloseTo(1, 0);
});

it('is not misled by hours that did something else, and remembers how far they went', () => {
  const batch = week.map((net, index) => [net, 0.2 * (index % 24 === 3 ? 8 : 1)] as const);
  const plain = fit(week.map((net) => [net, 2e-6 * net]))!;
  const mixed = fit(week.map((net, index) => [net, 2e-6 * net + (index % 24 === 3 ? 1 : 0)]))!;
  expect(mixed.perByte / plain.perByte).toBeCloseTo(1, 1);
  expect(mixed.upper).toBeGreaterThan(3);
  expect(plain.upper).toBeLessThan(0.2);
  expect(fit(batch)).toBeNull();
});

it('beyond all that was seen goes on in proportion', () => {
  const model = fit(week.map((net) => [net, 0.1 + 1e-6 * net]))!;
  const most = usualAtTraffic(model, model.mostNet).normal;
  expect(usualAtTraffic(model, 3 * model.mostNet).normal).toBeCloseTo(3 * most);
});

it('knows nothing without traffic, or of use that does not rise with it', () => {
  expect(fit(week.map(() => [null, 0.2]))).toBeNull();
  expect(fit(week.map((net) => [net, 0.5 - 1e-6 * net]))).toBeNull();
});
