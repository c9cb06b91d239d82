import { expect, it } from 'vitest';
import { aSubject, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { gpuTraining } from './gpuTraining.ts';

it('speaks while tensor cores are at work', () => {
  const at = (tensor: number | null) => strengthOf(gpuTraining, { subject: aSubject({ tensor }) });
  expect([at(0.05), at(0.051), at(0.6), at(null)]).toEqual([0, 1.5, 1.5, null]);
});
