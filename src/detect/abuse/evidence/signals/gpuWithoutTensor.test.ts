import { expect, it } from 'vitest';
import { aSubject, aSuspicion, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
import { gpuWithoutTensor } from './gpuWithoutTensor.ts';

const at = (busy: number, tensor: number | null) =>
  strengthOf(gpuWithoutTensor, {
    subject: aSubject({ kind: 'gpu', limit: 1, tensor }),
    suspicion: aSuspicion({ cores: busy }),
  });

it('fires on a busy GPU whose tensor cores are idle', () => {
  expect([at(0.69, 0.01), at(0.7, 0.05), at(0.9, 0)]).toEqual([0, 1, 1]);
  expect(at(0.9, 0.06)).toBe(0);
});

it('is unknown without GPU metrics, and for the container’s cores', () => {
  expect(at(0.9, null)).toBeNull();
  expect(strengthOf(gpuWithoutTensor, { subject: aSubject({ tensor: 0 }) })).toBeNull();
});
