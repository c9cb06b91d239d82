import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding, FindingEvent } from '../model/finding.ts';
import { DAY_MS, HOUR_MS } from '../model/time.ts';
import { openDeliveryStore, openHistoryWriter } from '../engines/openHistory.ts';
import {
  ChannelError,
  type Channel,
  type ClaimedDelivery,
} from '../store/notifications/delivery.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import type { Policy } from './plan/plan.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import { parseMatcher } from '../store/silences/matcher.ts';
import { longestTurnMs } from '../../test/support/cpuTime.ts';
import { FakeClock } from '../../test/support/notify/fakeClock.ts';
import { aFinding, anEvent, TEST_NOW } from '../../test/support/notify/findings.ts';

let folder: string;
let path: string;
let clock: FakeClock;
let store: DeliveryStore;
let channel: RecordingChannel;
let notifier: Notifier;

class RecordingChannel implements Channel {
  readonly name = 'slack';
  readonly sent: ClaimedDelivery[] = [];
  readonly arrived = new Set<string>();
  failWith: ChannelError | null = null;

  async send(delivery: ClaimedDelivery) {
    if (this.failWith !== null) throw this.failWith;
    this.sent.push(delivery);
    this.arrived.add(delivery.id);
    return { ids: { channel: 'C1', ts: String(this.sent.length) } };
  }

  async find(delivery: ClaimedDelivery) {
    return this.arrived.has(delivery.id) ? { ids: { channel: 'C1', ts: 'found' } } : null;
  }

  async close() {
    this.sent.length = 0;
  }
}

const POLICY: Policy = {
  destinations: {
    platform: { channel: 'slack', target: '#cost' },
    security: { channel: 'slack', target: '#security' },
    pagers: [],
    others: [],
    ownersOf: () => [],
    ownerProblemOf: () => null,
  },
  reach: null,
  machines: { events: [], alerts: [], watchdogs: [] },
  reminders: { critical: 4 * HOUR_MS, warning: DAY_MS, info: null },
  maintenance: [],
  previewMs: 0,
  maxPagesPerDay: 5,
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'burnwatch-notify-'));
  path = join(folder, 'test.db');
  clock = new FakeClock(TEST_NOW);
  await record([], []);
  store = await openDeliveryStore(path);
  channel = new RecordingChannel();
  notifier = notifierWith(store);
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function notifierWith(deliveries: DeliveryStore): Notifier {
  const observer = {
    sent: () => undefined,
    failed: () => undefined,
    followFailed: () => undefined,
  };
  return createNotifier({
    policy: POLICY,
    store: deliveries,
    channels: [channel],
    clock,
    observer,
  });
}

async function record(findings: readonly Finding[], events: readonly FindingEvent[]) {
  const identity = { cluster: 'prod-eu', currency: 'USD', windowMs: 300_000 };
  const writer = await openHistoryWriter({
    path,
    ...identity,
    command: 'test',
    clock: () => TEST_NOW,
  });
  if (findings.length > 0) await writer.recordFindings(findings, events);
  await writer.close();
}

async function planAndDeliver() {
  await notifier.plan(clock.now());
  return notifier.deliver(AbortSignal.timeout(10_000));
}

describe('notifier', () => {
  test('a finding is sent once, its end edits the same conversation', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    expect(await planAndDeliver()).toEqual({ sent: 1, failed: 0, dead: 0 });
    expect(await planAndDeliver()).toEqual({ sent: 0, failed: 0, dead: 0 });
    const closed = aFinding({ state: 'resolved', resolvedAt: TEST_NOW });
    await record([closed], [anEvent(closed, 'closed', 'The workload is gone')]);
    await planAndDeliver();
    const [first, second] = channel.sent;
    expect(channel.sent).toHaveLength(2);
    expect(first?.receiver.target).toBe('#security');
    expect(first?.root).toBeNull();
    expect(second?.conversation).toBe(first?.conversation);
    expect(second?.root).toEqual({ ids: { channel: 'C1', ts: '1' } });
    expect(second?.notice).toMatchObject({
      changes: [{ reason: 'resolved', text: 'The workload is gone' }],
    });
  });

  test('a delivery that fails waits, backs off, and is sent in the end', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    channel.failWith = new ChannelError('transient', 'http_503', 'Slack answered 503');
    expect(await planAndDeliver()).toEqual({ sent: 0, failed: 1, dead: 0 });
    expect(await notifier.deliver(AbortSignal.timeout(10_000))).toMatchObject({ failed: 0 });
    const due = await notifier.nextDueAt();
    expect(due).toBeGreaterThan(TEST_NOW);
    channel.failWith = null;
    clock.time = due ?? 0;
    expect(await planAndDeliver()).toEqual({ sent: 1, failed: 0, dead: 0 });
  });

  test('Retry-After is kept', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    channel.failWith = new ChannelError('transient', 'ratelimited', 'wait', {
      retryAfterMs: 30_000,
    });
    await planAndDeliver();
    expect(await notifier.nextDueAt()).toBe(TEST_NOW + 30_000);
  });

  test('killed after the post and before the answer was kept: looked up, not sent again', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    await notifier.plan(clock.now());
    const receiver = POLICY.destinations.security;
    const claimed = await store.claim(receiver, clock.now(), 120_000);
    if (claimed === null) throw new Error('nothing to claim');
    await channel.send(claimed);
    // The process dies here; the next one waits for the lease to end.
    expect(await notifier.deliver(AbortSignal.timeout(10_000))).toMatchObject({ sent: 0 });
    clock.time += 121_000;
    expect(await notifier.deliver(AbortSignal.timeout(10_000))).toMatchObject({ sent: 1 });
    expect(channel.sent).toHaveLength(1);
  });

  test('killed before the post: sent by the next process', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    await notifier.plan(clock.now());
    await store.claim(POLICY.destinations.security, clock.now(), 120_000);
    clock.time += 121_000;
    expect(await notifier.deliver(AbortSignal.timeout(10_000))).toMatchObject({ sent: 1 });
    expect(channel.sent).toHaveLength(1);
  });

  test('two processes on one database: planned once, sent once', async () => {
    const findings = Array.from({ length: 30 }, (_, index) => aFinding({ name: `w${index}` }));
    await record(
      findings,
      findings.map((finding) => anEvent(finding)),
    );
    const other = await openDeliveryStore(path);
    const second = notifierWith(other);
    await Promise.all([notifier.plan(clock.now()), second.plan(clock.now())]);
    const signal = AbortSignal.timeout(10_000);
    await Promise.all([notifier.deliver(signal), second.deliver(signal)]);
    await Promise.all([notifier.deliver(signal), second.deliver(signal)]);
    expect(new Set(channel.sent.map(({ id }) => id)).size).toBe(channel.sent.length);
    const told = channel.sent.flatMap(({ notice }) =>
      notice.kind === 'findings' ? [notice.total] : [],
    );
    expect(told.reduce((sum, total) => sum + total, 0)).toBe(30);
    await other.close();
  });

  test('after a muted backfill, what is still open is announced once, together', async () => {
    const findings = ['a', 'b', 'c'].map((name) => aFinding({ name, severity: 'warning' }));
    const urgent = aFinding({ name: 'urgent' });
    await record([...findings, urgent], []);
    await planAndDeliver();
    await planAndDeliver();
    // What is critical keeps a message of its own, and comes first.
    expect(channel.sent).toHaveLength(2);
    const [alone, announcement] = channel.sent;
    expect(alone?.notice).toMatchObject({ total: 1, changes: [{ reason: 'already-open' }] });
    expect(announcement?.notice).toMatchObject({
      total: 3,
      since: findings[0]?.firstSeen,
      changes: [{ reason: 'already-open' }, { reason: 'already-open' }, { reason: 'already-open' }],
    });
  });

  test('a plan over thousands of findings and hundreds of silences lets health answer in between', async () => {
    const findings = Array.from({ length: 3_000 }, (_, index) =>
      aFinding({ id: `many-${index}`, fingerprint: `many-${index}`, severity: 'critical' }),
    );
    await record(findings, []);
    const matchers = [parseMatcher('namespace=~"(a|b|c)?team-[0-9]{1,9}x.*y"')];
    const silences = Array.from({ length: 300 }, (_, index) => ({
      id: `${index}`,
      matchers,
      startsAt: 0,
      endsAt: TEST_NOW + DAY_MS,
      createdAt: 0,
      author: 'a',
      reason: 'b',
    }));
    const withSilences = notifierWith({
      ...store,
      view: async (now) => ({ ...(await store.view(now)), silences }),
    });
    const turnMs = await longestTurnMs(async () => {
      const { records } = await withSilences.plan(clock.now());
      expect(records.length).toBeGreaterThan(2_999);
    });
    expect(turnMs).toBeLessThan(100);
  });

  test('a dead letter is visible, and said elsewhere', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    await notifier.plan(clock.now());
    channel.failWith = new ChannelError('target', 'channel_not_found', 'no such channel');
    await notifier.deliver(AbortSignal.timeout(10_000));
    channel.failWith = null;
    expect(await store.deliveries('dead', 10)).toMatchObject([
      { code: 'channel_not_found', receiver: { target: '#security' } },
    ]);
    await notifier.deliver(AbortSignal.timeout(10_000));
    expect(channel.sent).toMatchObject([
      { receiver: { target: '#cost' }, notice: { note: expect.stringContaining('#security') } },
    ]);
  });

  test('during an outage newer news takes the place of what waits', async () => {
    const open = aFinding();
    await record([open], [anEvent(open)]);
    channel.failWith = new ChannelError('transient', 'ECONNREFUSED', 'down');
    await planAndDeliver();
    const closed = aFinding({ state: 'resolved', resolvedAt: TEST_NOW });
    await record([closed], [anEvent(closed, 'closed', 'It is over')]);
    channel.failWith = null;
    clock.time += HOUR_MS;
    await planAndDeliver();
    expect(channel.sent).toHaveLength(1);
    expect(channel.sent[0]?.notice).toMatchObject({
      findings: [{ state: 'resolved' }],
      changes: [{ reason: 'new' }, { reason: 'resolved' }],
    });
  });
});
