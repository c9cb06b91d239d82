import { expect, it } from 'vitest';
import { emptyState } from '../../store/cycleState.ts';
import { DAY_MS } from '../../model/time.ts';
import type { PostureDay, PostureState } from '../../detect/posture/postureState.ts';
import { postureText } from '../text/sentences.ts';
import { weekOf } from '../../store/digests/week.ts';
import { postureLine } from './posture.ts';

const WEEK = weekOf(Date.UTC(2026, 10, 18), 'UTC');

/** A score on the last day before the week and on its last. */
function stateOf(...days: readonly (readonly [name: string, before: number, last: PostureDay])[]) {
  const rows = days.map(([name, before, last]): [string, PostureState] => {
    const trend = [{ day: WEEK.start - DAY_MS, score: before, known: 1 }, last];
    return [name, { reference: {}, trend, fellAt: null, reported: {} }];
  });
  return { ...emptyState(), detectors: new Map([['posture', new Map(rows)]]) };
}

const last = (score: number, known: number) => ({ day: WEEK.end - DAY_MS, score, known });

it('a score over hardly anything is in no mean, and is counted', () => {
  const state = stateOf(['pay', 90, last(80, 1)], ['shop', 90, last(100, 0.3)]);
  const line = postureLine(state, WEEK, 0.67);
  expect(line).toMatchObject({ score: 80, scoreBefore: 90, namespaces: 1, ungraded: 1 });
  expect(postureText(line)).toBe(
    '80 of 100 on average over 1 namespace, 90 the week before; lowest: pay 80; fell in pay; too little is known of 1 more',
  );
});

it('where little is known of all of them, there is no mean', () => {
  const line = postureLine(stateOf(['shop', 90, last(100, 0.3)]), WEEK, 0.67);
  expect(line).toMatchObject({ score: null, ungraded: 1, lowest: [], fell: [] });
  expect(postureText(line)).toBe('Too little is known of 1 namespace for a posture score');
  expect(postureText(postureLine(stateOf(), WEEK, 0.67))).toBe('No posture scores yet');
});

it('the cluster itself and the ways to cluster-admin stand apart from namespaces', () => {
  const state = stateOf(['shop', 90, last(80, 1)], ['(cluster)', 70, last(60, 1)]);
  const rows = state.detectors.get('posture') as Map<string, PostureState>;
  const reported = {
    'rbac-path ServiceAccount shop/app': true,
    'rbac-exec ServiceAccount x/y': false,
  };
  rows.set('shop', { ...rows.get('shop')!, reported });
  const line = postureLine(state, WEEK, 0.67);
  expect(line).toMatchObject({
    score: 80,
    namespaces: 1,
    cluster: { score: 60, scoreBefore: 70, adminWays: 1 },
  });
  expect(postureText(line)).toContain('the cluster itself 60 (70 before), 1 way to cluster-admin');
});

it('each list of the cluster has its length, with that of the week before', () => {
  const state = stateOf(
    ['shop', 90, { ...last(80, 1), failed: { rbac: 3, network: 2 } }],
    ['(cluster)', 70, { ...last(60, 1), failed: { rbac: 1, cluster: 4 } }],
  );
  const rows = state.detectors.get('posture') as Map<string, PostureState>;
  const { trend } = rows.get('shop')!;
  const before = { ...trend[0]!, failed: { rbac: 3, network: 5 } };
  rows.set('shop', { ...rows.get('shop')!, trend: [before, trend[1]!] });
  const line = postureLine(state, WEEK, 0.67);
  expect(postureText(line)).toContain(
    '; failures: access 4 (3 before), network 2 (5 before), defaults 4',
  );
});
