import { copyFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  recordScenario,
  scenarioConfig,
  scenarioParts,
} from '../../test/support/digestScenario.ts';
import { TempHistory } from '../../test/support/tempHistory.ts';
import { loadThresholds } from './config/loadThresholds.ts';
import type { Config } from './config/schema.ts';
import { parseWeek } from '../store/digests/week.ts';
import {
  openDeliveryStore,
  openDigestStore,
  openHistoryReader,
  openHistoryWriter,
} from '../engines/openHistory.ts';
import { fleetRecord, type FleetMember } from '../cost/fleet.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../model/time.ts';
import type { Channel } from '../store/notifications/delivery.ts';
import { createNotifier } from '../notify/notifier.ts';
import { policyOf } from '../channels/channels.ts';
import { FakeClock } from '../../test/support/notify/fakeClock.ts';
import type { AnswerContext } from '../serve/questions/answerContext.ts';
import { answerFleetDigest } from '../serve/questions/answerFleetDigest.ts';
import { makeDigest, type DigestAnswer, type DigestAsk } from './makeDigest.ts';
import { WeeklyDigest } from './weeklyDigest.ts';

const ZONE = 'Europe/Berlin';
const THRESHOLDS = loadThresholds([]);
const WEEK = parseWeek('2026-W47', ZONE)!;
/** Monday 09:00 in Berlin. */
const DUE = WEEK.end + 9 * HOUR_MS;
const LONG_AGO = WEEK.start - 30 * DAY_MS;

let temp: TempHistory;
let recorded: string;
beforeAll(async () => {
  temp = new TempHistory();
  recorded = await recordScenario(temp, {
    start: WEEK.start - 8 * DAY_MS,
    end: WEEK.end,
    change: WEEK.start,
    config: scenarioConfig(),
  });
});
afterAll(() => temp[Symbol.dispose]());

/** A daemon's digests on a history of its own (or on one that others use too). */
class Daemon {
  readonly config: Config;
  readonly digests: WeeklyDigest;
  now: TimeMs = DUE;
  watermark: TimeMs = WEEK.end;
  installedAt: TimeMs | null = LONG_AGO;
  woken = 0;

  constructor(path: string, more: Partial<Config> = {}) {
    const slack = { token: 'xoxb-made-up', channel: '#cloud-cost' };
    this.config = { ...scenarioConfig({ slack, history: { path } }), ...more };
    this.digests = new WeeklyDigest({
      config: () => this.config,
      cycles: this,
      pump: { wake: () => void (this.woken += 1) },
      log: pino({ level: 'silent' }),
      now: () => this.now,
      isInDoubt: () => false,
      installedAt: async () => this.installedAt,
    });
  }

  digest(ask: DigestAsk): Promise<DigestAnswer> {
    const settings = { config: this.config, thresholds: THRESHOLDS };
    return makeDigest(settings, ask);
  }
}

let count = 0;
function freshHistory(original = recorded): string {
  const path = temp.path(`copy-${(count += 1)}`);
  copyFileSync(original, path);
  return path;
}

async function waiting(path: string): Promise<readonly string[]> {
  const store = await openDeliveryStore(path);
  const rows = await store.deliveries('pending', 100);
  await store.close();
  return rows.map(({ receiver, conversation }) => `${receiver.target} ${conversation}`).sort();
}

const EVERYBODY = [
  '#cloud-cost digest/2026-W47/platform',
  '#data digest/2026-W47/owner/team-data',
  '#team-shop digest/2026-W47/owner/team-shop',
];

describe('the weekly digest', () => {
  it('goes out when it is due, once, to the platform and to each owner', async () => {
    const path = freshHistory();
    const daemon = new Daemon(path);
    daemon.now = DUE - MINUTE_MS;
    expect(await daemon.digests.look()).toBeNull();
    daemon.now = DUE;
    expect(await daemon.digests.look()).toBe('2026-W47');
    expect(daemon.woken).toBe(1);
    expect(await waiting(path)).toEqual(EVERYBODY);
    for (const later of [0, MINUTE_MS, DAY_MS, 6 * DAY_MS]) {
      daemon.now = DUE + later;
      expect(await daemon.digests.look()).toBeNull();
    }
    const reader = await openHistoryReader(path);
    expect(await reader.digests()).toEqual([
      expect.objectContaining({ week: '2026-W47', start: WEEK.start, createdAt: DUE, sends: 1 }),
    ]);
    const stored = await reader.digest('2026-W47');
    expect(stored?.digest).toMatchObject({ late: null, cluster: 'prod-eu' });
    await reader.close();
  });

  it('is not sent again by a start after it, nor by one in the middle of it', async () => {
    const path = freshHistory();
    expect(await new Daemon(path).digests.look()).toBe('2026-W47');
    // The process died here: rows are written, nothing was posted.
    expect(await new Daemon(path).digests.look()).toBeNull();
    expect(await waiting(path)).toEqual(EVERYBODY);
  });

  it('is posted once when the process dies between the post and its receipt', async () => {
    const path = freshHistory();
    const daemon = new Daemon(path);
    await daemon.digests.look();
    const posted: string[] = [];
    const slack: Channel = {
      name: 'slack',
      send: async ({ id }) => {
        posted.push(id);
        return { ids: { ts: id } };
      },
      find: async ({ id }) => (posted.includes(id) ? { ids: { ts: id } } : null),
    };
    const first = await openDeliveryStore(path);
    const platform = { channel: 'slack', target: '#cloud-cost' };
    const claimed = await first.claim(platform, DUE, 2 * MINUTE_MS);
    await slack.send(claimed!, new AbortController().signal);
    await first.close();

    const store = await openDeliveryStore(path);
    const clock = new FakeClock(DUE + 5 * MINUTE_MS);
    const observer = { sent: () => undefined, failed: () => undefined };
    const policy = policyOf(daemon.config);
    const notifier = createNotifier({ policy, store, channels: [slack], clock, observer });
    await notifier.deliver(new AbortController().signal);
    expect(await store.deliveries('sent', 10)).toHaveLength(3);
    await store.close();
    expect(posted).toHaveLength(3);
    expect(new Set(posted).size).toBe(3);
  });

  it('is sent by one of two processes', async () => {
    const path = freshHistory();
    const answers = await Promise.all([
      new Daemon(path).digests.look(),
      new Daemon(path).digests.look(),
    ]);
    expect(answers.filter((week) => week === '2026-W47')).toHaveLength(1);
    expect(await waiting(path)).toEqual(EVERYBODY);
  });

  it('after three weeks of downtime comes once, for the last week, and says what was missed', async () => {
    const path = freshHistory();
    const source = new Daemon(path);
    await source.digests.look();
    const reader = await openHistoryReader(path);
    const sample = (await reader.digest('2026-W47'))!.digest;
    await reader.close();

    const other = freshHistory();
    const store = await openDigestStore(other);
    const old = { ...sample, week: parseWeek('2026-W44', ZONE)! };
    await store.record(old, () => [], { again: false, at: LONG_AGO });
    await store.close();
    const daemon = new Daemon(other);
    daemon.now = DUE + 2 * DAY_MS;
    expect(await daemon.digests.look()).toBe('2026-W47');
    expect(await daemon.digests.look()).toBeNull();
    const after = await openHistoryReader(other);
    expect((await after.digests()).map(({ week }) => week)).toEqual(['2026-W47', '2026-W44']);
    const stored = await after.digest('2026-W47');
    expect(stored?.digest.late).toEqual({ dueAt: DUE, missed: ['2026-W45', '2026-W46'] });
    await after.close();
    expect(await waiting(other)).toEqual(EVERYBODY);
  });

  it('waits for its week’s windows, but not for ever', async () => {
    const path = freshHistory();
    const daemon = new Daemon(path);
    daemon.watermark = WEEK.end - HOUR_MS;
    expect(await daemon.digests.look()).toBeNull();
    daemon.now = DUE + 13 * HOUR_MS;
    expect(await daemon.digests.look()).toBe('2026-W47');
  });

  it('is not sent for what was due before the install, nor before the first message', async () => {
    const path = freshHistory();
    const daemon = new Daemon(path);
    daemon.now = DUE + DAY_MS;
    daemon.installedAt = null;
    expect(await daemon.digests.look()).toBeNull();
    daemon.installedAt = DUE + HOUR_MS;
    expect(await daemon.digests.look()).toBeNull();
    expect(await waiting(path)).toEqual([]);
  });

  it('in the preview goes to the platform only, with its later receiver', async () => {
    const path = freshHistory();
    const daemon = new Daemon(path);
    daemon.installedAt = DUE - 2 * DAY_MS;
    expect(await daemon.digests.look()).toBe('2026-W47');
    expect(await waiting(path)).toEqual(['#cloud-cost digest/2026-W47/platform']);
    const store = await openDeliveryStore(path);
    const claimed = await store.claim({ channel: 'slack', target: '#cloud-cost' }, DUE, 1_000);
    await store.close();
    expect(claimed?.notice).toMatchObject({
      kind: 'digest',
      lines: [expect.stringContaining('team-shop (#team-shop), team-data (#data)')],
    });
  });
});

describe('the weekly digest of several clusters', () => {
  const clusters = ['prod-eu', 'prod-us'];
  let originals: readonly string[];
  beforeAll(async () => {
    const week = { start: WEEK.start - DAY_MS, end: WEEK.end, change: WEEK.start };
    const parts = scenarioParts(WEEK.start).slice(0, 4);
    originals = await Promise.all(
      clusters.map((cluster) => {
        const of = { config: scenarioConfig({ cluster }), name: cluster };
        return recordScenario(temp, { ...week, ...of, parts });
      }),
    );
  });

  /** Two clusters with a history each; their digests in the order of the configuration. */
  function fleetOf(
    seenBy = (_own: string, fleet: readonly FleetMember[]) => fleet,
  ): readonly [Daemon, Daemon] {
    const { pricing } = scenarioConfig();
    const fleet = clusters.map((cluster, index) => ({
      cluster,
      path: freshHistory(originals[index]),
      pricing,
    }));
    const [eu, other] = fleet.map(
      ({ cluster, path }) => new Daemon(path, { cluster, fleet: seenBy(cluster, fleet) }),
    );
    return [eu!, other!];
  }

  it('is one message to the platform and one to each owner, once every cluster has made its own', async () => {
    const [eu, us] = fleetOf();
    // The first cluster sends it, and waits for the others.
    expect(await eu.digests.look()).toBeNull();
    expect(await waiting(eu.config.history.path)).toEqual([]);
    expect(await us.digests.look()).toBeNull();
    expect(await waiting(us.config.history.path)).toEqual([]);
    expect(await eu.digests.look()).toBe('2026-W47');
    expect(await waiting(eu.config.history.path)).toEqual(EVERYBODY);
    expect([await eu.digests.look(), await us.digests.look()]).toEqual([null, null]);

    const { own, sent } = await sentBy(eu);
    expect(sent.digest.cluster).toBe('prod-eu, prod-us');
    expect(sent.digest.clusters?.map(({ key }) => key)).toEqual(['prod-eu', 'prod-us']);
    // Both clusters are the same: all of it twice.
    expect(sent.digest.total.nano).toBe(2 * own.total.nano);
    expect(sent.digest.namespaces).toHaveLength(2 * own.namespaces.length);
    expect(sent.digest.owners).toHaveLength(own.owners.length);
    expect(own.clusters).toBeUndefined();

    // Pages of any cluster show the same, of those that a token sees.
    const shown = async (clusters: readonly string[]) => {
      const reader = await openHistoryReader(us.config.history.path);
      const digest = await answerFleetDigest({ week: WEEK.name, clusters }, {
        reader,
        config: () => us.config,
      } as unknown as AnswerContext);
      await reader.close();
      return [digest?.cluster, digest?.total.nano];
    };
    expect(await shown(['prod-eu', 'prod-us'])).toEqual(['prod-eu, prod-us', 2 * own.total.nano]);
    expect(await shown(['prod-us'])).toEqual(['prod-us', own.total.nano]);
  });

  const apart = (own: string, fleet: readonly FleetMember[]) =>
    fleet.map((member) => ({ ...member, isElsewhere: member.cluster !== own }));

  /** As a process leaves it that begins to lead. */
  async function leaveRecord({ config }: Daemon): Promise<void> {
    const { cluster, history, pricing, schedule } = config;
    const identity = { cluster, currency: pricing.currency, windowMs: schedule.window };
    const options = { path: history.path, ...identity, command: 'once', clock: () => DUE };
    await (await openHistoryWriter({ ...options, fleet: fleetRecord(config) })).close();
  }

  it('is one message, too, where each cluster has a process of its own', async () => {
    const [eu, us] = fleetOf(apart);
    await leaveRecord(eu);
    await leaveRecord(us);
    expect([await eu.digests.look(), await us.digests.look()]).toEqual([null, null]);
    expect(await eu.digests.look()).toBe('2026-W47');
    expect(await waiting(us.config.history.path)).toEqual([]);
    expect((await sentBy(eu)).sent.digest.cluster).toBe('prod-eu, prod-us');
  });

  it('leaves out a cluster whose process counts other clusters, and names it', async () => {
    const [eu, us] = fleetOf((own, fleet) =>
      apart(own, own === 'prod-eu' ? fleet : fleet.toReversed()),
    );
    await leaveRecord(us);
    // Of two processes that do not agree each speaks for its own.
    us.now = eu.now = DUE + 13 * HOUR_MS;
    expect([await us.digests.look(), await eu.digests.look()]).toEqual(['2026-W47', '2026-W47']);
    const { sent } = await sentBy(eu);
    expect(sent.digest.cluster).toBe('prod-eu');
    expect(sent.digest.comparison.note).toContain('prod-us');
  });

  it('goes without a cluster whose data do not come, and names it', async () => {
    const [eu, us] = fleetOf();
    us.watermark = WEEK.end - HOUR_MS;
    eu.now = DUE + 12 * HOUR_MS;
    expect(await eu.digests.look()).toBeNull();
    eu.now = DUE + 13 * HOUR_MS;
    expect(await eu.digests.look()).toBe('2026-W47');
    const { own, sent } = await sentBy(eu);
    expect(sent.digest.total.nano).toBe(own.total.nano);
    expect(sent.digest.comparison.note).toContain(
      'prod-us made no digest of this week and is not in the figures',
    );
  });

  async function sentBy({ config, now }: Daemon) {
    const reader = await openHistoryReader(config.history.path);
    const own = (await reader.digest('2026-W47'))!.digest;
    await reader.close();
    const store = await openDeliveryStore(config.history.path);
    const receiver = { channel: 'slack', target: '#cloud-cost' };
    const claimed = await store.claim(receiver, now + DAY_MS, 1_000);
    await store.close();
    if (claimed?.notice.kind !== 'digest') throw new Error('no digest waits to be sent');
    const sent = claimed.notice;
    return { own, sent };
  }
});
