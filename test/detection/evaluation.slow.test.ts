import { beforeAll, expect, it } from 'vitest';
import { renderCurve } from '../../bench/detection/curve.ts';
import { evaluate } from '../../bench/detection/evaluation.ts';
import { jobsOf, type Job } from '../../bench/detection/jobs.ts';
import { renderReport } from '../../bench/detection/report.ts';
import { runJobs } from '../../bench/detection/runJobs.ts';
import type { Played } from '../../bench/detection/worker.ts';

/**
 * A small evaluation, so that a change that loses miners or pages honest people fails at once. Its worlds are
 * of the tuning split: the held-out one is for `npm run eval` only.
 */
const SEED = 91;
const jobs: readonly Job[] = jobsOf('tuning', {
  minerSeeds: 1,
  honestSeeds: 1,
  coldSeeds: 0,
  ruledSeeds: 1,
  settingShares: [],
  settingHonest: { copies: 1, days: 5 },
})
  .filter(({ part, setting }) => (part === 'miners' || part === 'honest') && setting === 'metrics')
  .map((job) => ({ ...job, seed: SEED, copies: 1, shares: [0.5], days: 8 }));

let played: readonly Played[] = [];

beforeAll(async () => {
  played = await runJobs(jobs, 2);
});

function only(keep: (outcome: Played['outcomes'][number]) => boolean): readonly Played[] {
  return played.map((one) => ({ ...one, outcomes: one.outcomes.filter(keep) }));
}

it('a mesh that is rolled out is no news, and a miner that is injected in its way is', () => {
  const mesh = only(({ namespace }) => namespace.startsWith('h-mesh-rollout-'));
  const { simulated } = evaluate(mesh, 'tuning').falseAlarms;
  expect(simulated.warning.podDays).toBeGreaterThan(10);
  expect(simulated.warning.events).toBe(0);
  const injected = only(({ truth }) => truth.shape === 'injected-everywhere');
  const { warning } = evaluate(injected, 'tuning').overall;
  expect([warning.hits, warning.of]).toEqual([3, 3]);
});

/**
 * New software that is as flat and as silent as a throttled miner cannot be told from one: it is in the tuning
 * split to look at, and a page for it is a page too many that no metric saves.
 */
const LIKE_MINERS = ['thinking-model', 'turning-runtime'];

it('a small evaluation finds the miners and pages nobody else', () => {
  const evaluation = evaluate(
    only(({ truth }) => !LIKE_MINERS.includes(truth.shape)),
    'tuning',
  );
  const { overall, falseAlarms, rules, ours } = evaluation;
  expect(overall.warning.of).toBe(26);
  expect(overall.warning.hits).toBeGreaterThanOrEqual(25);
  expect(overall.medianMinutes).toBeLessThanOrEqual(20);
  expect(falseAlarms.simulated.warning.podDays).toBeGreaterThan(300);
  expect(falseAlarms.simulated.critical.events).toBe(0);
  expect(falseAlarms.undecidable.critical.events).toBe(0);
  // The tuning split is made of hard cases; the goal is for the held-out one.
  const { events, podDays } = falseAlarms.simulated.warning;
  expect(events).toBeLessThanOrEqual(podDays / 50);
  expect(rules).toHaveLength(4);
  for (const rule of rules) expect(rule.recall.value).toBeLessThan(ours.recall.value);
  const frame = {
    date: '2026-01-01',
    commit: '0000000',
    command: 'test',
    machine: 'test',
    seconds: 1,
    cost: [],
  };
  expect(renderReport(evaluation, frame)).toContain('**The miners are injected.**');
  expect(renderCurve(evaluation)).toMatch(/^<svg[^]*<\/svg>\n$/);
});
