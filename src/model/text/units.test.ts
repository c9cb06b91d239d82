import { expect, it } from 'vitest';
import {
  formatAmount,
  formatBytes,
  formatBytesPerSecond,
  formatChange,
  formatMoneyChange,
  formatCores,
  formatCoverage,
  formatDuration,
  formatMoney,
  formatNanoChange,
  formatNumber,
  formatShare,
} from './units.ts';

it.each([
  [0, '0'],
  [0.0048, '0.0048'],
  [0.045, '0.045'],
  [1, '1'],
  [3.918, '3.92'],
  [28, '28'],
  [1250.4, '1,250'],
  [-12.34, '-12.3'],
  [1e-9, '0'],
])('%d is %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it('quantities carry their unit, and say when they are unknown', () => {
  expect(formatCores(null)).toBe('unknown');
  expect(formatCores(1)).toBe('1 core');
  expect(formatBytes(1.5 * 2 ** 30)).toBe('1.5 GiB');
  expect(formatBytesPerSecond(19_640)).toBe('19.6 kB/s');
  expect(formatShare(0.034)).toBe('3.4%');
  expect(formatShare(1.42)).toBe('142%');
});

it.each([
  [44_600, '45 s'],
  [3 * 60_000, '3 min'],
  [175 * 60_000, '2 h 55 min'],
  [4 * 86_400_000 + 4 * 3_600_000, '4 days 4 h'],
  [29 * 86_400_000, '29 days'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it('a share of what was seen is not rounded up to all of it', () => {
  expect(formatCoverage(0.99999)).toBe('99.9%');
  expect(formatCoverage(1)).toBe('100%');
});

it('changes have their sign', () => {
  const texts = [0.12, -0.001, 0, 20, null].map(formatChange);
  expect(texts).toEqual(['+12%', '±<1%', '±0%', '+999%', 'unknown']);
  const changes = [1.5, -2000, -0.001, 0].map((units) => formatMoneyChange(units, 'USD'));
  expect(changes).toEqual(['+$1.50', '−$2,000', '±$0.00', '±$0.00']);
});

it('money has cents below a hundred, and four digits in columns below one', () => {
  const texts = [1_234.4, 12.3, -0.42].map((units) => formatMoney(units, 'USD'));
  expect(texts).toEqual(['$1,234', '$12.30', '-$0.42']);
  expect([12.3, 0.0042, 0].map(formatAmount)).toEqual(['12.30', '0.0042', '0.00']);
  expect(formatNanoChange(-30_500_000_000, 'USD')).toBe('−$30.50');
});
