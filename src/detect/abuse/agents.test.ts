import { expect, it } from 'vitest';
import { isLikeAgent } from './agents.ts';
import { aFacts, aSubject, aSuspicion } from './testing.ts';

const workload = { kind: 'DaemonSet', name: 'agent' };

it('a DaemonSet that takes up to two per cent of its nodes is like an agent', () => {
  const subject = aSubject({ workload, nodeCores: 16 });
  const at = (cores: number): boolean =>
    isLikeAgent(aFacts({ subject, suspicion: aSuspicion({ cores }) }));
  expect([at(0.1), at(0.32), at(0.4)]).toEqual([true, true, false]);
});

it('nothing else is, nor where the node is not known', () => {
  const suspicion = aSuspicion({ cores: 0.1 });
  expect(isLikeAgent(aFacts({ suspicion }))).toBe(false);
  const subject = aSubject({ workload, nodeCores: null });
  expect(isLikeAgent(aFacts({ subject, suspicion }))).toBe(false);
});
