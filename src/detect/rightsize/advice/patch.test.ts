import { expect, it } from 'vitest';
import { adviseContainer } from './containerAdvice.ts';
import { workloadPatches } from './patch.ts';
import { aHistory, anAdviceContext, daysOfUse } from '../../../../test/support/rightsize/advice.ts';

it('an owner of kind "constructor" has no patch, and stops nobody else’s', () => {
  const days = daysOfUse(14, () => ({}));
  const context = anAdviceContext(days);
  const advices = ['constructor', 'Deployment'].flatMap(
    (kind) => adviseContainer(aHistory(days, { workload: { kind, name: 'web' } }), context) ?? [],
  );
  const patches = workloadPatches(advices);
  expect(patches.map(({ body }) => body !== null)).toEqual([false, true]);
});
