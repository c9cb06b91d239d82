import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/model/time.ts';
import { FakeClock } from '../support/notify/fakeClock.ts';
import type { Finding } from '../../src/model/finding.ts';
import { aFinding } from '../support/notify/findings.ts';
import { until } from '../support/waiting.ts';
import { NotifyChild } from './support/childProcess.ts';
import { SlackBench, WORKSPACE } from './support/slackBench.ts';

/** The rows of the fault table that need processes of their own: kill -9, and two at once. */

const TEAMS = ['a', 'b', 'c', 'd', 'e', 'f'];
const ROUTES = TEAMS.map(
  (team) => `    - { match: { namespace: ns-${team} }, slack: '#team-${team}' }`,
).join('\n');

/** A bench on the wall clock, since the processes have theirs. */
function realBench(): Promise<SlackBench> {
  const teams = TEAMS.map((team) => ({ name: `team-${team}` }));
  return SlackBench.start({
    clock: new FakeClock(Date.now()),
    yaml: `owners:\n  routes:\n${ROUTES}\n`,
    slack: { now: Date.now, rates: null, channels: [...WORKSPACE.channels, ...teams] },
  });
}

/** Fresh findings: what is older than a few minutes is looked for in the wrong place. */
function finding(name: string, namespace: string, kind: 'cryptojacking' | 'budget'): Finding {
  const now = Date.now();
  return aFinding({
    name,
    kind,
    firstSeen: now - MINUTE_MS,
    lastSeen: now,
    scope: { namespace, workload: { kind: 'Deployment', name }, container: null, subject: null },
  });
}

describe('killed with -9', () => {
  test.each([
    ['before the post arrived', 'slow', 0],
    ['after the post, before its answer', 'slow-answer', 1],
  ] as const)('%s: the next process tells it, once', async (_, kind, arrived) => {
    await using bench = await realBench();
    await bench.record([finding('miner', 'ns-a', 'cryptojacking')]);
    bench.slack.faults.add({
      methods: ['chat.postMessage'],
      channel: '#security',
      kind,
      ms: 60_000,
      times: 1,
    });
    const { store } = await bench.notifier();
    const first = new NotifyChild(bench.configFile);
    await until('the post to be on its way', async () =>
      (await store.deliveries('sending', 10)).some(
        ({ receiver }) => receiver.target === '#security',
      ),
    );
    // Killed any earlier, the fault would strike the next process instead.
    await until('the post to reach Slack', () => bench.slack.faults.waiting === 0);
    await until('it to arrive', () => bench.slack.messages('#security').length === arrived);
    await wait(300);
    await first.kill();
    expect(bench.slack.messages('#security')).toHaveLength(arrived);
    expect(await store.deliveries('sending', 10)).toHaveLength(1);

    // The lease of the dead process ends after two minutes.
    await new NotifyChild(bench.configFile, 3 * MINUTE_MS).finish();
    expect(bench.slack.messages('#security')).toHaveLength(1);
    expect(await bench.waiting()).toBe(0);
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('between plan and send: what was planned is sent by the next process', async () => {
    await using bench = await realBench();
    await bench.record([finding('miner', 'ns-a', 'cryptojacking')]);
    // The plan is committed, and its process never gets to send.
    expect(await bench.plan()).toBe(2);
    await new NotifyChild(bench.configFile).finish();
    expect(bench.slack.messages('#security')).toHaveLength(1);
    expect(bench.slack.messages('#team-a')).toHaveLength(1);
  });
});

describe('two processes on one database', () => {
  test('started at the same moment: each message once', async () => {
    await using bench = await realBench();
    await bench.record([
      finding('miner', 'ns-a', 'cryptojacking'),
      ...TEAMS.map((team) => finding(`app-${team}`, `ns-${team}`, 'budget')),
    ]);
    // Slow answers keep both at work at the same time.
    bench.slack.faults.add({ methods: ['chat.postMessage'], kind: 'slow-answer', ms: 150 });
    await Promise.all([
      new NotifyChild(bench.configFile).finish(),
      new NotifyChild(bench.configFile).finish(),
    ]);
    const posted = ['security', ...TEAMS.map((team) => `team-${team}`)].map(
      (channel) => bench.slack.messages(`#${channel}`).length,
    );
    // The first team's channel has its budget and its copy of the abuse.
    expect(posted).toEqual([1, 2, 1, 1, 1, 1, 1]);
    expect(await bench.waiting()).toBe(0);
  });

  test('both killed in the middle: a third finishes, each message once', async () => {
    await using bench = await realBench();
    await bench.record(TEAMS.map((team) => finding(`app-${team}`, `ns-${team}`, 'budget')));
    // No answer comes as long as they live, so neither can come to its end.
    bench.slack.faults.add({ methods: ['chat.postMessage'], kind: 'slow-answer', ms: 600_000 });
    const one = new NotifyChild(bench.configFile);
    const two = new NotifyChild(bench.configFile);
    const all = () => TEAMS.flatMap((team) => bench.slack.messages(`#team-${team}`));
    await until('the first message', () => all().length > 0);
    await one.kill();
    await two.kill();
    bench.slack.faults.clear();
    await new NotifyChild(bench.configFile, 3 * MINUTE_MS).finish();
    expect(TEAMS.map((team) => bench.slack.messages(`#team-${team}`).length)).toEqual(
      TEAMS.map(() => 1),
    );
    expect(await bench.waiting()).toBe(0);
  });
});
