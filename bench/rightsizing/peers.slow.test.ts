import { expect, it } from 'vitest';
import { compare, dominates, workloads } from './peers.ts';

it('no peer is at least as good as Burnwatch in every measure and better in one', () => {
  const outcomes = compare(workloads());
  const own = outcomes.get('Burnwatch')!;
  const better = [...outcomes].filter(
    ([name, outcome]) => name !== 'today' && dominates(outcome, own),
  );
  expect(better.map(([name]) => name)).toEqual([]);
  // A limit that nobody throttled at is no reason to raise anything: OOM kills and throttling never grow.
  const today = outcomes.get('today')!;
  expect(own.throttled).toBeLessThanOrEqual(today.throttled);
  expect(own.oomKills).toBeLessThanOrEqual(today.oomKills);
}, 900_000);
