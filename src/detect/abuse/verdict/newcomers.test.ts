import { expect, it } from 'vitest';
import { isLikeAgent } from './caps.ts';
import type { SideCar } from '../evidence/signal.ts';
import { aFacts, aSubject, aSuspicion } from '../../../../test/support/abuse/abuse.ts';

const workload = { kind: 'DaemonSet', name: 'agent' };

it('a DaemonSet that takes up to two per cent of its nodes is like an agent', () => {
  const subject = aSubject({ workload, nodeCores: 16 });
  const at = (cores: number): boolean =>
    isLikeAgent(aFacts({ subject, suspicion: aSuspicion({ cores }) }));
  expect([at(0.1), at(0.32), at(0.4)]).toEqual([true, true, false]);
});

it('a new side-car is that takes too little for a critical', () => {
  const sideCar: SideCar = {
    follows: false,
    isEvener: true,
    othersCores: 0.02,
    isLittle: true,
    workloads: 1,
    isRollout: false,
  };
  const at = (cores: number): boolean =>
    isLikeAgent(aFacts({ sideCar, suspicion: aSuspicion({ cores }) }));
  expect([at(0.04), at(0.08)]).toEqual([true, false]);
});

it('nothing else is, nor where the node is not known', () => {
  const suspicion = aSuspicion({ cores: 0.1 });
  expect(isLikeAgent(aFacts({ suspicion }))).toBe(false);
  const subject = aSubject({ workload, nodeCores: null });
  expect(isLikeAgent(aFacts({ subject, suspicion }))).toBe(false);
});
