import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { pricing } from '../../../test/support/cost.ts';
import type { Budget } from '../config.ts';
import { readSpentElsewhere } from './spentElsewhere.ts';
import { readBudgets, readClusterForecast } from './readBudgets.ts';
import { renderBudgets } from './renderBudgets.ts';

/** Four days and a half from 28 October, noon: to the end of 1 November. Three whole days are what a forecast takes. */
const START = Date.UTC(2026, 9, 28, 12);
const WINDOWS = 4.5 * 288;
/** The windows of the first days, up to a whole one in November. */
const OCTOBER = WINDOWS - 288;

describe('readBudgets', () => {
  const temp = new TempHistory();
  const records = madeUpWindows(SMALL_CLUSTER, START, WINDOWS);
  let here: string;
  beforeAll(async () => {
    here = await temp.record('here', records, 288);
  });
  afterAll(() => temp[Symbol.dispose]());

  it('tells what is spent and what the month will come to', async () => {
    const reader = await openHistoryReader(here);
    const budgets = [
      { namespace: 'ns-0', monthly: 20 },
      { owner: 'nobody', monthly: 5 },
    ];
    const [shop, nobody] = await readBudgets(reader, pricing(), budgets);
    const cluster = await readClusterForecast(reader, pricing());
    await reader.close();

    // November has one whole day in the history, of 288 windows.
    const november = records.slice(OCTOBER);
    const nano = november.flatMap(({ costs }) => [
      ...costs.allocations
        .filter(({ pod }) => pod.namespace === 'ns-0')
        .map((row) => row.cpuNano + row.ramNano),
      ...costs.unattached.map((cost) => cost.nano),
    ]);
    const spent = nano.reduce((sum, each) => sum + each, 0) / 1e9;
    expect(shop).toMatchObject({ namespace: 'ns-0', month: '2026-11', monthly: 20 });
    expect(shop?.spent).toBeCloseTo(spent, 9);
    // Day after day much the same: a month of thirty days.
    expect(shop?.forecast?.expected).toBeGreaterThan(spent * 29);
    expect(shop?.forecast?.expected).toBeLessThan(spent * 31);
    expect(shop?.forecast?.unseen).toBe(0);
    expect(nobody).toMatchObject({ owner: 'nobody', spent: 0 });
    expect(nobody?.forecast?.expected).toBe(0);
    const nodes = november.flatMap(({ costs }) => costs.nodes);
    const nodesNano = nodes.reduce((sum, node) => sum + node.cpuNano + node.ramNano, 0);
    expect(cluster?.spent).toBeCloseTo((nodesNano + 288 * 1234) / 1e9, 6);

    const table = renderBudgets([shop!, nobody!], 'USD', 'table');
    expect(table).toMatch(
      /^ns-0 +2026-11 +20\.00 +\d\.\d+ +\d+\.\d\d +\d+% +\d+\.\d\d – \d+\.\d\d$/m,
    );
    expect(renderBudgets([shop!], 'USD', 'csv')).toMatch(/\r\nnamespace,ns-0,2026-11,20,/);
  });

  it('adds up what all clusters spend under a budget over them, and names what it cannot read', async () => {
    const there = await temp.record('there', records.slice(0, WINDOWS - 12), 288);
    const [reader, other] = [await openHistoryReader(here), await openHistoryReader(there)];
    const budgets: readonly Budget[] = [
      { namespace: 'ns-0', monthly: 20 },
      { namespace: 'ns-0', monthly: 50, across: true },
    ];
    const histories = [{ reader: other, pricing: pricing() }];
    const read = (unread: readonly string[]) =>
      readBudgets(reader, pricing(), budgets, { histories, unread });
    const [own, all] = await read([]);
    const [ofOther] = await readBudgets(other, pricing(), budgets);
    expect(all).toMatchObject({ namespace: 'ns-0', monthly: 50, across: true });
    expect(all?.spent).toBeCloseTo(own!.spent + ofOther!.spent, 9);
    expect(all?.forecast?.expected).toBeCloseTo(
      own!.forecast!.expected + ofOther!.forecast!.expected,
      9,
    );
    expect(own).not.toHaveProperty('across');
    const [, without] = await read(['prod-us']);
    expect(renderBudgets([without!], 'USD', 'table')).toContain(
      'ns-0 (all clusters without prod-us)',
    );

    // The first cluster’s window knows what the others spent until its end, and no more.
    const at = START + (OCTOBER + 144) * 300_000;
    const elsewhere = await readSpentElsewhere(
      budgets,
      { histories: [{ cluster: 'prod-us', reader: other, pricing: pricing() }], unread: [] },
      at,
    );
    const until = records
      .slice(OCTOBER, OCTOBER + 144)
      .flatMap(({ costs }) => [
        ...costs.allocations
          .filter(({ pod }) => pod.namespace === 'ns-0')
          .map((row) => row.cpuNano + row.ramNano),
        ...costs.unattached.map((cost) => cost.nano),
      ]);
    const spent = until.reduce((sum, nano) => sum + nano, 0) / 1e9;
    expect(elsewhere?.['across/namespace/ns-0']?.month).toBe('2026-11');
    expect(elsewhere?.['across/namespace/ns-0']?.spent).toBeCloseTo(spent, 9);
    expect(
      await readSpentElsewhere(budgets, { histories: [], unread: ['prod-us'] }, at),
    ).toBeNull();
    await reader.close();
    await other.close();
  });

  it('has no forecast before three whole days, and no budgets without a configuration', async () => {
    const young = await temp.record('young', records.slice(0, 24), 24);
    const reader = await openHistoryReader(young);
    const [shop] = await readBudgets(reader, pricing(), [{ namespace: 'ns-0', monthly: 20 }]);
    expect(shop?.forecast).toBeNull();
    expect(shop?.spent).toBeGreaterThan(0);
    expect(await readBudgets(reader, pricing(), [])).toEqual([]);
    await reader.close();
    expect(renderBudgets([shop!], 'USD', 'table')).toContain('unknown');
  });
});
