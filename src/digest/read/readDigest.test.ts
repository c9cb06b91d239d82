import { policyOf } from '../../channels/channels.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  recordScenario,
  scenarioConfig,
  scenarioParts,
} from '../../../test/support/digestScenario.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import type { Config } from '../../daemon/config/schema.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { readCosts } from '../../cost/report/readCosts.ts';
import type { HistoryReader } from '../../store/history.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { fromNano } from '../../model/money.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { Amount, Digest } from '../../store/digests/digest.ts';
import { parseWeek } from '../../store/digests/week.ts';
import { NoDataError, readDigest } from './readDigest.ts';

const ZONE = 'Europe/Berlin';
const THRESHOLDS = loadThresholds([]);
const WEEK = parseWeek('2026-W47', ZONE)!;
const SLACK = { slack: { token: 'xoxb-made-up' } };

let temp: TempHistory;
let reader: HistoryReader;
beforeAll(async () => {
  temp = new TempHistory();
  const path = await recordScenario(temp, {
    start: WEEK.start - 8 * DAY_MS,
    end: WEEK.end + 9 * HOUR_MS,
    change: WEEK.start,
    config: scenarioConfig(),
  });
  reader = await openHistoryReader(path);
});
afterAll(async () => {
  await reader.close();
  temp[Symbol.dispose]();
});

function digestOf(
  name: string,
  config: Config = scenarioConfig(SLACK),
  ranMs = 9 * HOUR_MS,
): Promise<Digest> {
  const week = parseWeek(name, ZONE)!;
  return readDigest(reader, {
    config,
    thresholds: THRESHOLDS,
    week,
    now: week.end + ranMs,
    late: null,
    reach: policyOf(config).reach,
    present: null,
  });
}

/** Everything that must add up does, to the nano-unit. */
function expectSums(digest: Digest): void {
  const { namespaces, owners, idle, total, days, week } = digest;
  const sum = (amounts: readonly Amount[]): number =>
    amounts.reduce((whole, { nano }) => whole + nano, 0);
  expect(sum(namespaces) + idle.nano).toBe(total.nano);
  expect(sum(owners) + idle.nano).toBe(total.nano);
  for (const { nano, beforeNano, reasons } of [...namespaces, ...owners, idle, total]) {
    const why = reasons.reduce((whole, reason) => whole + reason.nano, 0);
    expect(why).toBe(beforeNano === null ? 0 : nano - beforeNano);
  }
  // Fixed fees are no day's cost.
  const pricing = namespaces.reduce((whole, { sharedNano }) => whole + sharedNano, 0);
  const ofWeek = days.series.flatMap(({ nano }) =>
    nano.filter((_, index) => (days.days[index] ?? 0) >= week.start),
  );
  const daily = ofWeek.reduce((whole, nano) => whole + nano, 0);
  expect(pricing === 0 ? daily : total.nano).toBe(total.nano);
}

async function billOf(digest: Digest, config: Config, by: 'namespace' | 'owner') {
  const { start: from, end: to } = digest.week;
  const query = { from, to, by: [by], namespaces: null };
  return readCosts(reader, config.pricing, { cluster: 'prod-eu', query });
}

describe('readDigest', () => {
  it('adds up to the bill of the week exactly, namespace by namespace and owner by owner', async () => {
    const digest = await digestOf('2026-W47');
    expectSums(digest);
    for (const by of ['namespace', 'owner'] as const) {
      const bill = await billOf(digest, scenarioConfig(), by);
      expect(fromNano(digest.total.nano)).toBe(bill.totalCost);
      const spends = by === 'namespace' ? digest.namespaces : digest.owners;
      const known = spends.filter(({ nano }) => nano > 0);
      expect(known.map(({ key, nano }) => [key, fromNano(nano)])).toEqual(
        bill.rows.map(({ key, totalCost }) => [key, totalCost]),
      );
    }
  });

  it('compares a running week with the same part of the week before, and calls no future a gap', async () => {
    // The history ends nine hours after the week before.
    const digest = await digestOf('2026-W48', scenarioConfig(SLACK), HOUR_MS - 7 * DAY_MS);
    expectSums(digest);
    expect(digest.coverage.gaps).toEqual([]);
    expect(digest.comparison.note).toContain('still runs');
    const hours = digest.total.reasons.filter(({ driver }) => driver === 'hours');
    expect(hours).toEqual([]);
    expect(digest.total.beforeNano! / digest.total.nano).toBeCloseTo(1, 1);
  });

  it('spreads shared namespaces and fixed fees as the bill does', async () => {
    const pricing = {
      currency: 'EUR',
      basis: 'contracted',
      fixed: [{ name: 'control plane', monthly: 73 }],
      shared: { namespaces: ['kube-system', 'monitoring'], split: 'evenly' },
    };
    const config = scenarioConfig({ pricing });
    const digest = await digestOf('2026-W47', config);
    expectSums(digest);
    const bill = await billOf(digest, config, 'namespace');
    expect(fromNano(digest.total.nano)).toBe(bill.totalCost);
    const shop = digest.namespaces.find(({ key }) => key === 'shop');
    expect(fromNano(shop?.nano ?? 0)).toBe(bill.rows.find(({ key }) => key === 'shop')?.totalCost);
    expect(shop?.sharedNano).toBeGreaterThan(0);
    expect(digest.namespaces.map(({ key }) => key)).not.toContain('monitoring');
  });

  it('says why the bill changed', async () => {
    const digest = await digestOf('2026-W47');
    const why = (key: string) =>
      Object.fromEntries(
        (digest.namespaces.find((spend) => spend.key === key)?.reasons ?? []).map((reason) => [
          reason.driver,
          reason,
        ]),
      );
    const shop = why('shop');
    expect(shop['new-workloads']?.names).toEqual(['shop/Deployment/search']);
    expect(shop['replicas']?.names).toEqual(['shop/Deployment/checkout']);
    // Four pods became seven: three quarters more of what four cost.
    expect(shop['replicas']?.nano).toBeGreaterThan(15e9);
    expect(shop['hours']?.nano).toBeLessThan(0);
    const data = why('data');
    expect(data['requests']?.names).toEqual(['data/StatefulSet/warehouse']);
    expect(data['spikes']?.names).toEqual(['data/CronJob/etl']);
    expect(data['node-mix']?.names).toEqual(['data/StatefulSet/warehouse']);
    expect(why('legacy')['gone-workloads']?.names).toEqual(['legacy/Deployment/reports']);
    const idle = new Map(digest.idle.reasons.map((reason) => [reason.driver, reason]));
    expect(idle.get('nodes')?.names).toEqual(['r5.2xlarge eu-central-1']);
    expect(idle.get('allocated')?.nano).toBeLessThan(0);
    expect(digest.total.reasons.map(({ driver }) => driver)).not.toContain('remainder');
  });

  it('tells of the data’s holes, owners, prices, abuse and savings', async () => {
    const digest = await digestOf('2026-W47');
    expect(digest.coverage).toMatchObject({ gapCount: 1, gapMs: 3 * HOUR_MS, begins: null });
    expect(digest.coverage.gaps[0]).toMatchObject({
      start: WEEK.start + 2.5 * DAY_MS,
      share: 0,
      problem: 'Prometheus did not answer',
    });
    expect(digest.missingOwners).toMatchObject({
      unowned: ['kube-system', 'default'],
      unreachable: ['ml-people', 'platform'],
      news: ['kube-system', 'default', 'ml-people', 'platform'],
    });
    expect(digest.prices).toEqual({
      unpriced: [],
      flat: 0,
      nodes: 4,
      fresh: ['r5.2xlarge by the configuration'],
    });
    expect(digest.abuse).toMatchObject({
      opened: 1,
      resolved: 1,
      open: 0,
      critical: 1,
      worst: ['default/Deployment/kube-helper'],
    });
    expect(digest.savings.top[0]).toMatchObject({
      namespace: 'ml',
      workload: { kind: 'Deployment', name: 'notebook' },
      owner: 'ml-people',
    });
    expect(digest.savings.top[0]?.patch).toContain(
      'kubectl --context prod-eu -n ml patch deployment/notebook',
    );
    expect(digest.savings.top.every(({ perMonth }) => perMonth >= digest.savings.floor)).toBe(true);
  });

  it('gives each owner theirs and nothing else', async () => {
    const digest = await digestOf('2026-W47');
    const shop = digest.ownerDigests.find(({ owner }) => owner === 'team-shop');
    expect(shop).toMatchObject({ receiver: { target: '#team-shop' } });
    expect(shop?.namespaces.map(({ key }) => key)).toEqual(['shop']);
    expect(shop?.spend.nano).toBe(digest.owners.find(({ key }) => key === 'team-shop')?.nano);
    expect(shop?.budgets.map(({ budget }) => budget?.key)).toEqual(['shop']);
    const text = JSON.stringify(shop);
    for (const other of ['notebook', 'warehouse', 'kube-helper', 'prometheus'])
      expect(text).not.toContain(other);
    expect(digest.ownerDigests.map(({ owner }) => owner)).not.toContain('__unallocated__');
  });

  it('says what a first week cannot be compared with', async () => {
    const digest = await digestOf('2026-W46');
    expectSums(digest);
    expect(digest.comparison).toMatchObject({ state: 'none', coverage: 0 });
    expect(digest.comparison.note).toBe(
      'no last week to compare with yet: the history begins Sun 8 Nov, 00:00',
    );
    expect(digest.total.beforeNano).toBeNull();
    const partial = await digestOf('2026-W45');
    expect(partial.coverage.begins).toBe(WEEK.start - 8 * DAY_MS);
    expect(partial.coverage.share).toBeCloseTo(1 / 7, 6);
    await expect(digestOf('2026-W44')).rejects.toThrow(NoDataError);
    await expect(digestOf('2026-W50')).rejects.toThrow('there is no data of 2026-W50');
  });
});

describe('a week in which the clocks change', () => {
  it('has its 169 hours, and the 25-hour day its own', async () => {
    using other = new TempHistory();
    const week = parseWeek('2026-W43', ZONE)!;
    const config = scenarioConfig();
    const parts = scenarioParts(Infinity).slice(0, 2);
    const scenario = { start: week.start - 7 * DAY_MS, end: week.end, change: Infinity, config };
    const path = await recordScenario(other, { ...scenario, parts });
    const history = await openHistoryReader(path);
    const digest = await readDigest(history, {
      config,
      thresholds: THRESHOLDS,
      week,
      now: week.end,
      late: null,
      reach: null,
      present: null,
    });
    await history.close();
    expectSums(digest);
    expect(digest.days.days).toHaveLength(14);
    const sunday = digest.days.series.map(({ nano }) => nano.at(-1) ?? 0);
    const saturday = digest.days.series.map(({ nano }) => nano.at(-2) ?? 0);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    expect(sum(sunday) / sum(saturday)).toBeCloseTo(25 / 24, 3);
    // An hour more of all that runs, and nothing else.
    expect(digest.total.beforeNano).not.toBeNull();
    const change = digest.total.nano - (digest.total.beforeNano ?? 0);
    expect(change / (digest.total.beforeNano ?? 1)).toBeCloseTo(1 / 168, 5);
    expect(digest.total.reasons[0]?.driver).toBe('hours');
  });
});
