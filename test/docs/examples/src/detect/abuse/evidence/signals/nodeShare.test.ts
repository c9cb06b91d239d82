import { expect, it } from 'vitest';
import { aSubject, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
import { SIGNALS } from '../signals.ts';
import { nodeShare } from './nodeShare.ts';

it('is weak from nine tenths of the node on, and unknown without the node', () => {
  const at = (cores: number, nodeCores: number | null) =>
    strengthOf(nodeShare, { subject: aSubject({ cores, nodeCores }) });
  expect([at(7, 16), at(15, 16), at(7, null)]).toEqual([0, 0.5, null]);
});

it('is one of the signals', () => {
  expect(SIGNALS).toContain(nodeShare);
});
