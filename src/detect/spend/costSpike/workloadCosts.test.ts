import { expect, it } from 'vitest';
import { addCosts, spikeCause, learnUsual } from './workloadCosts.ts';

const units = (costs: Readonly<Record<string, number>>) =>
  new Map(Object.entries(costs).map(([name, cost]) => [name, cost * 1e9]));
const hour = (costs: Readonly<Record<string, number>>) => addCosts({}, units(costs));

it('names the workload that most of a rise comes from, also one that is new', () => {
  const usual = learnUsual(undefined, hour({ 'Deployment/a': 2, 'Deployment/b': 1 }));
  expect(spikeCause(hour({ 'Deployment/a': 9, 'Deployment/b': 1.2 }), usual)).toEqual({
    workload: 'Deployment/a',
    cost: 9,
    usual: 2,
  });
  expect(spikeCause(hour({ 'Deployment/a': 2, 'Job/new': 3 }), usual)).toMatchObject({
    workload: 'Job/new',
    usual: 0,
  });
});

it('names none where the rise is spread, where nothing rose, or where nothing usual is known', () => {
  const usual = learnUsual(undefined, hour({ a: 1, b: 1, c: 1 }));
  expect(spikeCause(hour({ a: 2, b: 2, c: 2 }), usual)).toBeNull();
  expect(spikeCause(hour({ a: 1, b: 0.5 }), usual)).toBeNull();
  expect(spikeCause(hour({ a: 9 }), undefined)).toBeNull();
});

it('learns slowly, forgets what is gone, and holds but the dearest; names are data', () => {
  let usual = learnUsual(undefined, hour({ __proto__x: 1, constructor: 2 }));
  for (let index = 0; index < 200; index += 1) usual = learnUsual(usual, hour({ constructor: 4 }));
  expect(Object.keys(usual)).toEqual(['constructor']);
  expect(usual['constructor']).toBeCloseTo(4, 5);
  const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`w${index}`, index]));
  const kept = Object.keys(hour(many));
  expect(kept).toHaveLength(40);
  expect(kept).toContain('w98');
  expect(kept).not.toContain('w3');
});
