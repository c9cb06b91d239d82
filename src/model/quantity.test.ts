import { expect, it } from 'vitest';
import { formatBytes, formatCores, formatRequest } from './quantity.ts';

it('writes cores and bytes as Kubernetes does, rounded up', () => {
  expect([0.0001, 0.25, 2].map(formatCores)).toEqual(['1m', '250m', '2']);
  expect([1, 2 ** 29, 2 ** 31].map(formatBytes)).toEqual(['1Mi', '512Mi', '2Gi']);
});

it('a request of nothing is none', () => {
  expect(formatRequest(null, formatBytes)).toBe('none');
  expect(formatRequest(0, formatBytes)).toBe('none');
  expect(formatRequest(2 ** 29, formatBytes)).toBe('512Mi');
});
