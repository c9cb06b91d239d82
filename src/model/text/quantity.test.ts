import { expect, it } from 'vitest';
import { memoryQuantity, cpuQuantity, quantityOrNone } from './quantity.ts';

it('writes cores and bytes as Kubernetes does, rounded up', () => {
  expect([0.0001, 0.25, 2].map(cpuQuantity)).toEqual(['1m', '250m', '2']);
  expect([1, 2 ** 29, 2 ** 31].map(memoryQuantity)).toEqual(['1Mi', '512Mi', '2Gi']);
});

it('a request of nothing is none', () => {
  expect(quantityOrNone(null, memoryQuantity)).toBe('none');
  expect(quantityOrNone(0, memoryQuantity)).toBe('none');
  expect(quantityOrNone(2 ** 29, memoryQuantity)).toBe('512Mi');
});
