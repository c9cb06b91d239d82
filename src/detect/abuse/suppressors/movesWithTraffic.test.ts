import { expect, it } from 'vitest';
import { aSuspicion, strengthOf, UNKNOWN } from '../../../../test/support/abuse/abuse.ts';
import { movesWithTraffic } from './movesWithTraffic.ts';

it('speaks when the traffic accounts for half of the added use, and hints at a quarter', () => {
  const at = (explained: number) =>
    strengthOf(movesWithTraffic, { suspicion: aSuspicion({ explained }) });
  expect([at(0.24), at(0.49), at(0.5), at(1)]).toEqual([0, 0.5, 1, 1]);
});

it('is unknown without a baseline or without traffic', () => {
  expect(strengthOf(movesWithTraffic, { normal: UNKNOWN })).toBeNull();
  const suspicion = aSuspicion({ extraBytes: null, explained: 1 });
  expect(strengthOf(movesWithTraffic, { suspicion })).toBeNull();
});
