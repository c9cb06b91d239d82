import { describe, expect, test } from 'vitest';
import type { SlackFault } from '../../demo/slack/faults.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { aFinding } from '../support/notify/findings.ts';
import { SlackBench, type BenchOptions } from './support/slackBench.ts';

/**
 * The fault table of docs/notifications.md, one test a row: what was sent, what was not; nothing lost,
 * nothing twice.
 */

/** A bench with one critical finding that is to be told. */
async function withFinding(options: BenchOptions = {}): Promise<SlackBench> {
  const bench = await SlackBench.start(options);
  await bench.record([aFinding()]);
  expect(await bench.plan()).toBeGreaterThan(0);
  return bench;
}

const POST = { methods: ['chat.postMessage'], channel: '#security' } as const;
const ALERT = 'Likely cryptojacking: shop/Deployment/checkout';
const told = (bench: SlackBench) =>
  bench.slack.messages('#security').filter(({ text }) => text.includes(ALERT));
const posts = (bench: SlackBench) =>
  bench.slack.calls.filter(({ method }) => method === 'chat.postMessage');

describe('Slack down', () => {
  test('for an hour: nothing is posted, all waits, and is told once afterwards', async () => {
    await using bench = await withFinding();
    const repaired = bench.slack.faults.add({ kind: 'down' });
    const during = await bench.drain(HOUR_MS);
    expect(during).toMatchObject({ sent: 0, dead: 0 });
    // Two receivers, and each is tried ten minutes apart in the end.
    expect(during.failed).toBeLessThan(50);
    expect(await bench.waiting()).toBeGreaterThan(0);
    repaired();
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
    expect(await bench.waiting()).toBe(0);
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('news during an outage are one message about how things stand', async () => {
    await using bench = await withFinding();
    const repaired = bench.slack.faults.add({ kind: 'status', status: 503 });
    await bench.deliver();
    bench.clock.time += HOUR_MS;
    const over = aFinding({ state: 'resolved', resolvedAt: bench.clock.now() });
    await bench.record([over]);
    await bench.plan();
    repaired();
    await bench.drain();
    const [message, ...rest] = told(bench).filter(({ threadTs }) => threadTs === null);
    expect(rest).toEqual([]);
    expect(message?.text).toContain('Resolved');
  });
});

describe('Slack refuses a length', () => {
  test('msg_too_long: sent shorter, with where the whole text is', async () => {
    await using bench = await withFinding();
    bench.slack.faults.add({ ...POST, kind: 'error', code: 'msg_too_long', times: 1 });
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
    expect(told(bench)[0]?.text).toContain('Shortened: the whole text is in');
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('blocks, then the text: still sent', async () => {
    await using bench = await withFinding();
    bench.slack.faults.add({ ...POST, kind: 'error', code: 'invalid_blocks', times: 1 });
    bench.slack.faults.add({ ...POST, kind: 'error', code: 'msg_too_long', times: 1 });
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
    expect(await bench.deadLetters()).toEqual([]);
  });
});

describe('Slack slow', () => {
  test('nothing is done before the time-out: looked for, not there, told once', async () => {
    await using bench = await withFinding({ timeout: '3s' });
    bench.slack.faults.add({ ...POST, kind: 'slow', ms: 60_000, times: 1 });
    expect(await bench.deliver()).toMatchObject({ failed: 1 });
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
  });

  test('it is done and the answer is late: looked for, found, not told again', async () => {
    await using bench = await withFinding({ timeout: '3s' });
    bench.slack.faults.add({ ...POST, kind: 'slow-answer', ms: 60_000, times: 1 });
    expect(await bench.deliver()).toMatchObject({ failed: 1 });
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
  });
});

describe('429', () => {
  test('Retry-After is kept, and the message comes once', async () => {
    await using bench = await withFinding();
    bench.slack.faults.add({ ...POST, kind: 'rate-limited', seconds: 90, times: 1 });
    const at = bench.clock.now();
    await bench.deliver();
    await bench.drain();
    const [refused, taken] = posts(bench).filter(({ args }) => args['channel'] === '#security');
    expect(refused).toMatchObject({ result: 'http_429' });
    expect(taken?.result).toBe('ok');
    expect((taken?.at ?? 0) - at).toBeGreaterThanOrEqual(90_000);
    expect(told(bench)).toHaveLength(1);
  });

  test('Slack’s own pace is kept without being told: no 429 in a burst', async () => {
    await using bench = await SlackBench.start();
    const names = ['a', 'b', 'c', 'd'];
    await bench.record(names.map((name) => aFinding({ name })));
    await bench.plan();
    await bench.drain();
    expect(bench.slack.calls.filter(({ result }) => result === 'http_429')).toEqual([]);
    expect(bench.slack.messages('#security').length).toBeGreaterThanOrEqual(4);
  });
});

describe('5xx', () => {
  test.each([
    ['before the message was taken', { kind: 'status', status: 503 }],
    ['after the message was taken', { kind: 'late-status', status: 502 }],
    ['the answer is lost', { kind: 'lost-answer' }],
  ] satisfies readonly [string, SlackFault][])('%s: told once', async (_, fault) => {
    await using bench = await withFinding();
    bench.slack.faults.add({ ...POST, ...fault, times: 1 });
    expect(await bench.deliver()).toMatchObject({ failed: 1 });
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
    const searches = bench.slack.calls.filter(({ method }) => method === 'conversations.history');
    expect(searches.length).toBeGreaterThan(0);
  });

  test('without the scope to look, a lost answer is told again: at least once', async () => {
    const scopes = ['chat:write', 'chat:write.public', 'channels:read', 'users:read.email'];
    await using bench = await withFinding({ slack: { scopes } });
    bench.slack.faults.add({ ...POST, kind: 'lost-answer', times: 1 });
    await bench.deliver();
    await bench.drain();
    expect(told(bench)).toHaveLength(2);
  });

  test('a lost answer to a later news, too: looked for in the thread', async () => {
    await using bench = await withFinding();
    await bench.drain();
    bench.clock.time += HOUR_MS;
    await bench.record([aFinding({ state: 'resolved', resolvedAt: bench.clock.now() })]);
    await bench.plan();
    bench.slack.faults.add({ ...POST, kind: 'lost-answer', times: 1 });
    await bench.drain();
    const replies = bench.slack.messages('#security').filter(({ threadTs }) => threadTs !== null);
    expect(replies.filter(({ text }) => text.includes('resolved'))).toHaveLength(1);
  });
});

describe('invalid_blocks', () => {
  test('the news goes out as text: plainer, not lost, not twice', async () => {
    await using bench = await withFinding();
    bench.slack.faults.add({ ...POST, kind: 'error', code: 'invalid_blocks', times: 1 });
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
    expect(told(bench)[0]?.blocks).toEqual([]);
  });
});

describe('channel_not_found', () => {
  test('is a dead letter with its reason, and is said in the platform channel', async () => {
    const channels = [{ name: 'cloud-cost' }];
    await using bench = await withFinding({ slack: { channels } });
    await bench.drain();
    expect(await bench.deadLetters()).toMatchObject([
      { receiver: { target: '#security' }, code: 'channel_not_found', attempts: 1 },
    ]);
    const said = bench.slack.messages('#cloud-cost').filter(({ text }) => text.includes(ALERT));
    expect(said).toHaveLength(1);
    expect(said[0]?.text).toContain('could not be delivered');
  });

  test('where the platform channel is missing too, the log has it', async () => {
    const channels = [{ name: 'other' }];
    await using bench = await withFinding({ slack: { channels } });
    await bench.drain();
    const { store } = await bench.notifier();
    const sent = await store.deliveries('sent', 10);
    expect(sent.filter(({ receiver }) => receiver.channel === 'log')).not.toEqual([]);
  });
});

describe('token revoked', () => {
  test('everything waits for the repair, which shows by itself; nothing is given up', async () => {
    await using bench = await withFinding();
    const repaired = bench.slack.faults.add({ kind: 'error', code: 'token_revoked' });
    const during = await bench.drain(2 * HOUR_MS);
    expect(during).toMatchObject({ sent: 0, dead: 0 });
    // Every five minutes and receiver, no more.
    expect(during.failed).toBeLessThanOrEqual(60);
    const { store } = await bench.notifier();
    const [waiting] = await store.deliveries('pending', 1);
    expect(waiting).toMatchObject({ code: 'token_revoked' });
    expect(waiting?.error).toContain('install the Slack app again');
    repaired();
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
  });
});

describe('clock jump', () => {
  test.each([
    ['ahead by 30 days', 30 * DAY_MS],
    ['back by a day', -DAY_MS],
  ])('%s between plan and send: told once', async (_, jump) => {
    await using bench = await withFinding();
    bench.clock.time += jump;
    await bench.drain();
    expect(told(bench)).toHaveLength(1);
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('ahead and back again while Slack is away: told once', async () => {
    await using bench = await withFinding();
    const repaired = bench.slack.faults.add({ kind: 'status', status: 503 });
    await bench.deliver();
    bench.clock.time += 10 * DAY_MS;
    await bench.deliver();
    bench.clock.time -= 10 * DAY_MS;
    repaired();
    await bench.restart();
    await bench.plan();
    await bench.drain(11 * DAY_MS);
    const said = [...told(bench), ...bench.slack.messages('#cloud-cost')].filter(({ text }) =>
      text.includes(ALERT),
    );
    expect(said).toHaveLength(1);
  });
});

describe('a message that somebody deleted', () => {
  test('begins again at the next news, once', async () => {
    await using bench = await withFinding();
    await bench.drain();
    const [message] = told(bench);
    const { botToken, apiUrl } = bench.slack;
    await fetch(`${apiUrl}chat.delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: message?.channel, ts: message?.ts }),
    });
    expect(told(bench)).toEqual([]);
    bench.clock.time += HOUR_MS;
    await bench.record([aFinding({ severity: 'warning' })]);
    await bench.plan();
    await bench.drain();
    const again = bench.slack.messages('#security');
    expect(again.filter(({ text }) => text.includes('shop/Deployment/checkout'))).toHaveLength(1);
  });
});

describe('500 findings at once', () => {
  test('are at most 20 messages, and none is forgotten', async () => {
    const routes = Array.from(
      { length: 20 },
      (_, team) => `    - { match: { namespace: ns-${team} }, slack: '#team-${team}' }`,
    ).join('\n');
    const teams = Array.from({ length: 20 }, (_, team) => ({ name: `team-${team}` }));
    const channels = [{ name: 'cloud-cost' }, { name: 'security' }, ...teams];
    await using bench = await SlackBench.start({
      yaml: `owners:\n  routes:\n${routes}\n`,
      slack: { channels },
    });
    const kinds = ['cryptojacking', 'cost-spike', 'budget', 'underprovisioned'] as const;
    const findings = Array.from({ length: 500 }, (_, index) => {
      const kind = kinds[index % kinds.length] ?? 'budget';
      const name = `app-${index}`;
      const namespace = `ns-${index % 40}`;
      return aFinding({
        name,
        kind,
        rule: kind === 'underprovisioned' ? 'oom-killed' : kind,
        severity: index % 5 === 0 ? 'critical' : 'warning',
        scope: {
          namespace,
          workload: { kind: 'Deployment', name },
          container: 'app',
          subject: null,
        },
      });
    });
    await bench.record(findings);
    await bench.plan();
    await bench.drain();
    const messages = ['cloud-cost', 'security', ...teams.map(({ name }) => name)].flatMap(
      (channel) => bench.slack.messages(channel),
    );
    expect(messages.length).toBeLessThanOrEqual(20);
    expect(messages.length).toBeGreaterThan(2);
    expect(await bench.deadLetters()).toEqual([]);
    // A second plan finds everybody told.
    bench.clock.time += 5 * MINUTE_MS;
    await bench.plan();
    expect(await bench.drain()).toMatchObject({ sent: 0 });
  });
});
