import { copyFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import type { CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { openBillStore, openHistoryReader } from '../../engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { readBudgets, readClusterForecast } from '../budgets/readBudgets.ts';
import { costNano } from '../../model/costParts.ts';
import { readCosts } from '../report/readCosts.ts';
import { pricing } from '../../../test/support/cost.ts';
import { billReport, renderBill } from './billReport.ts';
import { effectiveCosts, effectiveSeries } from './effectiveCosts.ts';
import { importBill, type BillImport } from './importBill.ts';

/** Three UTC days; the cluster's nodes are node-0 to node-2, aws:///eu-west-1a/i-0 to i-2. */
const START = Date.UTC(2026, 9, 29);
const END = START + 3 * DAY_MS;
const NOW = Date.UTC(2026, 10, 6);
const HEADER =
  'BillingCurrency,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,ResourceId,ChargeCategory,ServiceCategory,Tags';

/** On the second day: two nodes by name, the third from the pool, and what belongs to no node. */
const BILL = [
  HEADER,
  'USD,2026-10-30T00:00:00Z,2026-10-30T12:00:00Z,3.5,i-0,Usage,Compute,"{""env"": ""prod""}"',
  'USD,2026-10-30 12:00:00 UTC,2026-10-31 00:00:00 UTC,1.5,i-0,Usage,Compute,',
  'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,7,arn:aws:ec2:eu-west-1:1:instance/i-1,Usage,Compute,',
  'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,2,,Usage,Compute,',
  'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,100,i-99,Usage,Compute,',
  'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,0.75,vol-1,Usage,Storage,',
  'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,0.5,,Tax,,',
];

let temp: TempHistory;
let path: string;
let reader: HistoryReader;
beforeAll(async () => {
  temp = new TempHistory();
  path = await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 3 * 288), 288);
  reader = await openHistoryReader(path);
});
afterAll(async () => {
  await reader.close();
  temp[Symbol.dispose]();
});

async function importLines(
  lines: readonly string[],
  change: Partial<BillImport> & { readonly zipped?: boolean } = {},
): ReturnType<typeof importBill> {
  const { zipped = false, ...rest } = change;
  const file = `${temp.folder}/bill.csv${zipped ? '.gz' : ''}`;
  const text = lines.join('\n');
  await writeFile(file, zipped ? gzipSync(text) : text);
  const store = await openBillStore(path);
  const request = {
    path: file,
    currency: 'USD',
    filters: [],
    final: false,
    reopen: false,
    now: NOW,
    pricing: pricing({ basis: 'effective' }),
    cluster: 'test',
  };
  try {
    return await importBill({ ...request, ...rest }, reader, store);
  } finally {
    await store.close();
  }
}

function query(from: number, to: number, by: 'node' | 'namespace' | 'pod' = 'node') {
  return { from, to, by: [by] as const, namespaces: null };
}

function nodeNano(table: CostTable, node: string): number | undefined {
  const found = table.nodes?.find((each) => each.node === node);
  return found === undefined ? undefined : found.cpuNano + found.ramNano + found.gpuNano;
}

function rowsAndIdle(table: CostTable): number {
  const rows = table.rows.reduce((sum, row) => sum + row.cpuNano + row.ramNano + row.gpuNano, 0);
  const { cpuNano, ramNano, gpuNano } = table.idle;
  return rows + cpuNano + ramNano + gpuNano;
}

describe('an imported bill', () => {
  it('restates its days, node by node, and leaves the rest as it was recorded', async () => {
    const imported = await importLines(BILL);
    expect(imported).toMatchObject({ charges: 7, nodes: 2, closed: [] });
    const second = await effectiveCosts(reader, query(START + DAY_MS, START + 2 * DAY_MS));
    expect(nodeNano(second, 'node-0')).toBe(5e9);
    expect(nodeNano(second, 'node-1')).toBe(7e9);
    expect(nodeNano(second, 'node-2')).toBe(2e9);
    // The other machine, the volume and the tax.
    expect(second.bill).toEqual({
      days: 1,
      whole: true,
      reconciled: true,
      unreconciledNano: 101.25e9,
    });
    expect(second.provisional).toBe(false);
    expect(rowsAndIdle(second)).toBe(second.nodesNano);

    const first = query(START, START + DAY_MS);
    const recorded = await reader.costs(first);
    expect(await effectiveCosts(reader, first)).toEqual({
      ...recorded,
      bill: { days: 0, whole: false, reconciled: false, unreconciledNano: 0 },
      provisional: true,
    });
  });

  it('keeps rows + idle = nodes for any span and question', async () => {
    await importLines(BILL);
    const slot = fc.integer({ min: 0, max: 3 * 288 });
    await fc.assert(
      fc.asyncProperty(
        slot,
        slot,
        fc.constantFrom('node' as const, 'namespace' as const, 'pod' as const),
        async (left, right, by) => {
          fc.pre(left !== right);
          const from = START + Math.min(left, right) * WINDOW_MS;
          const to = START + Math.max(left, right) * WINDOW_MS;
          const table = await effectiveCosts(reader, query(from, to, by));
          expect(rowsAndIdle(table)).toBe(table.nodesNano);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('scales parts of a day in proportion', async () => {
    await importLines(BILL);
    const day = START + DAY_MS;
    const parts = await Promise.all(
      [0, 1, 2]
        .map((part) => query(day + part * 8 * HOUR_MS, day + (part + 1) * 8 * HOUR_MS))
        .map((each) => effectiveCosts(reader, each)),
    );
    const sum = parts.reduce((total, part) => total + (nodeNano(part, 'node-0') ?? 0), 0);
    expect(Math.abs(sum - 5e9)).toBeLessThanOrEqual(6); // a nano for each part and resource
  });

  it('is the same by steps, in one reading, as each step by itself', async () => {
    await importLines(BILL);
    const day = START + DAY_MS;
    const hours = (count: number): number => day + count * HOUR_MS;
    const boundaries = [START, hours(-3), hours(5), hours(20), hours(30), END];
    const asked = { by: ['namespace' as const], namespaces: null };
    const series = await effectiveSeries(reader, { ...asked, boundaries });
    for (const [index, table] of series.entries()) {
      const [from, to] = [boundaries[index]!, boundaries[index + 1]!];
      expect(table).toEqual(await effectiveCosts(reader, { ...asked, from, to }));
    }
    const days = { ...asked, boundaries: [START, day, day + DAY_MS, END] };
    expect((await effectiveSeries(reader, days)).map(({ nodesNano }) => nodesNano)[1]).toBe(14e9);
  });

  it('is what a month’s spend and its forecast rest on', async () => {
    await importLines(BILL);
    const budgets = [{ namespace: 'ns-0', monthly: 20 }];
    const effective = pricing({ basis: 'effective' });
    const cluster = await readClusterForecast(reader, effective);
    const recorded = await readClusterForecast(reader, pricing());
    const estimate = await reader.costs(query(START + DAY_MS, START + 2 * DAY_MS));
    const difference = 14 - estimate.nodesNano / 1e9;
    expect((cluster?.spent ?? 0) - (recorded?.spent ?? 0)).toBeCloseTo(difference, 9);
    const [own] = await readBudgets(reader, effective, budgets);
    const [ownRecorded] = await readBudgets(reader, pricing(), budgets);
    const span = query(START, END, 'namespace');
    const sum = (table: CostTable): number =>
      table.rows
        .filter(({ key }) => key === 'ns-0')
        .reduce((total, row) => total + costNano(row) / 1e9, 0);
    expect(own?.spent).toBeCloseTo(sum(await effectiveCosts(reader, span)), 9);
    expect(ownRecorded?.spent).toBeCloseTo(sum(await reader.costs(span)), 9);
  });

  it('is what costs show on the effective basis', async () => {
    await importLines(BILL);
    const request = { cluster: 'test', query: query(START + DAY_MS, START + 2 * DAY_MS) };
    const effective = await readCosts(reader, pricing({ basis: 'effective' }), request);
    expect(effective).toMatchObject({
      nodesCost: 14,
      priceBasis: 'effective',
      provisional: false,
      unreconciledCost: 101.25,
    });
    const list = await readCosts(reader, pricing(), request);
    expect(list.nodesCost).not.toBe(14);
    expect(list.unreconciledCost).toBeUndefined();
  });

  it('restates only their own rows for who may see some namespaces', async () => {
    await importLines(BILL);
    const span = query(START + DAY_MS, START + 2 * DAY_MS, 'namespace');
    const all = await effectiveCosts(reader, span);
    const one = await effectiveCosts(reader, { ...span, namespaces: ['ns-1'] });
    expect(one.rows).toEqual(all.rows.filter((row) => row.key === 'ns-1'));
    expect(one.nodes).toEqual([]);
    expect(one.idle).toEqual({ cpuNano: 0, ramNano: 0, gpuNano: 0 });
  });

  it('is set against the estimates, month by month', async () => {
    await importLines(BILL);
    const [month, ...others] = await billReport(reader, { from: START, to: END }, []);
    expect(others).toEqual([]);
    const recorded = await reader.costs(query(START + DAY_MS, START + 2 * DAY_MS));
    expect(month).toMatchObject({
      month: '2026-10',
      days: 1,
      closed: false,
      billed: 115.25,
      onNodes: 14,
      beside: 0,
      unreconciled: 101.25,
      reasons: [
        { reason: 'machines that are no nodes of this cluster', cost: 100 },
        { reason: expect.stringContaining('storage') as string, cost: 0.75 },
        { reason: 'tax', cost: 0.5 },
      ],
      estimated: recorded.nodesNano / 1e9,
    });
    expect(renderBill([month!], 'USD', 'table')).toMatch(
      /^2026-10 +1 +no +115\.25 +14\.00 +[0.]+ +101\.25/m,
    );
    expect(renderBill([month!], 'USD', 'csv')).toMatch(/^2026-10,1,false,115\.25,14,0,101\.25,/m);
  });
});

describe('importing', () => {
  it('takes the rows that are asked for, from a gzipped file too', async () => {
    const filters = [{ column: 'Tags.env', value: 'prod' }];
    const { charges, days } = await importLines(BILL, { filters, zipped: true });
    expect([charges, days[0]?.totalNano]).toEqual([1, 3.5e9]);
  });

  it('makes answers from before wrong, as a window that is sealed does not', async () => {
    await importLines(BILL);
    const before = await reader.costVersion();
    await importLines(BILL, { now: NOW + 1 });
    const after = await reader.costVersion();
    expect(after.sealed).toBe(before.sealed);
    expect(after.recorded).not.toBe(before.recorded);
  });

  it('replaces what an earlier import said of the same days', async () => {
    await importLines(BILL);
    await importLines([
      HEADER,
      'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,9,i-0,Usage,Compute,',
    ]);
    const second = await effectiveCosts(reader, query(START + DAY_MS, START + 2 * DAY_MS));
    expect(nodeNano(second, 'node-0')).toBe(9e9);
    expect(second.bill).toEqual({ days: 1, whole: false, reconciled: true, unreconciledNano: 0 });
    expect(second.provisional).toBe(true);
  });

  it('closes months: neither a bill nor late data change them, unless they are reopened', async () => {
    const { closed } = await importLines(BILL, { final: true });
    expect(closed).toEqual([Date.UTC(2026, 9, 1)]);
    const writer = await temp.openWriter('history');
    const [window] = madeUpWindows({ ...SMALL_CLUSTER, seed: 2 }, START + DAY_MS, 1);
    const snapshot = { ...window!.snapshot, coverage: 2 };
    expect(await writer.correctWindows([{ snapshot, costs: window!.costs }])).toBe(0);
    await writer.close();
    await importLines(BILL, { reopen: true });
    const store = await openBillStore(path);
    expect(await store.closedMonths()).toEqual([]);
    await store.close();
  });

  it.each([
    [
      ['a,b', '1,2'],
      /bill\.csv:1: has no column ChargePeriodStart, .*; a bill is CSV or Parquet in FOCUS form/,
    ],
    [
      [HEADER, 'EUR,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,1,,,,'],
      /bill\.csv:2: is in "EUR", the history in USD/,
    ],
    [
      [HEADER, 'USD,yesterday,2026-10-31T00:00:00Z,1,,,,'],
      /:2: column ChargePeriodStart: "yesterday" is not an ISO 8601 time/,
    ],
    [
      [HEADER, 'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,much,,,,'],
      /:2: column EffectiveCost: "much" is not a number/,
    ],
    [
      [HEADER, 'USD,2026-10-31T00:00:00Z,2026-10-30T00:00:00Z,1,,,,'],
      /:2: its charge period ends before it begins/,
    ],
    [
      [HEADER, 'USD,2026-11-06T00:00:00Z,2026-11-07T00:00:00Z,1,,,,'],
      /holds no charge of a day that is over/,
    ],
    [
      [HEADER, 'USD,02/11/2026,03/11/2026,1,,,,'],
      /:2: column ChargePeriodStart: "02\/11\/2026" is not an ISO 8601 time/,
    ],
    [[HEADER, 'USD,2026-10-30,2026-10-31,3.5,i-0'], /:2: has 5 cells where the header has 8/],
    [[HEADER, 'USD,2026-10-30,2026-10-31,"1,5",i-0,Usage,Compute,'], /"1,5" is not a number/],
    [[HEADER, 'USD,"2026'], /:2: a quote that opens here is never closed/],
    [[''], /is empty/],
  ])('refuses %j', async (lines, message) => {
    await expect(importLines(lines)).rejects.toThrow(message);
  });

  /** The second day's bill of one line for each list of cells, and what became of it. */
  const dayOf = async (header: string, lines: readonly string[], change = {}) => {
    const { days } = await importLines([header, ...lines], change);
    return days[0];
  };
  const DAY = '2026-10-30T00:00:00Z,2026-10-31T00:00:00Z';

  it('reads Google’s view: small letters, names of machines, a taxonomy, tags as a list', async () => {
    const header = `${HEADER},ResourceName`;
    const tags = '"[{""key"":""cluster"",""value"":""prod""}]"';
    const gce = `//compute.googleapis.com/projects/1/zones/z/instances/48151623`;
    const line = (cost: number, id: string, name: string) =>
      `USD,2026-10-30 00:00:00 UTC,2026-10-31 00:00:00 UTC,${cost},${id},usage,"[""GCP"",""Compute""]",${tags},${name}`;
    const filters = [{ column: 'Tags.cluster', value: 'prod' }];
    const day = await dayOf(header, [line(7, gce, 'node-1'), line(2, '', '')], { filters });
    expect(day).toMatchObject({ poolNano: 2e9, nodes: new Map([['node-1', 7e9]]) });
  });

  it('takes NULL for nothing, times without a zone for UTC, and a moment for its day', async () => {
    const day = await dayOf(HEADER, [
      'USD,2026-10-30 00:00:00.000,2026-10-31 00:00:00.000,5,NULL,Usage,Compute,NULL',
      'USD,2026-10-30,2026-10-30,0.25,NULL,Purchase,Compute,NULL',
    ]);
    expect(day).toMatchObject({ day: START + DAY_MS, totalNano: 5.25e9, poolNano: 5e9 });
    expect(day?.reasons).toEqual(new Map([['purchase that names no machine', 0.25e9]]));
  });

  it('takes tags as query engines and Azure write them, and BilledCost where there is no other', async () => {
    const filters = [{ column: 'Tags.cluster', value: 'prod' }];
    const header = `${HEADER},BilledCost`;
    const day = await dayOf(
      header,
      [
        `USD,${DAY},5,i-0,Usage,Compute,"{team=a, b, cluster=prod}",9`,
        `USD,${DAY},,i-1,Usage,Compute,"""team"": ""a"",""cluster"": ""prod""",2`,
        `USD,${DAY},4,i-1,Usage,Compute,{cluster=test},9`,
      ],
      { filters },
    );
    expect(day?.nodes).toEqual(
      new Map([
        ['node-0', 5e9],
        ['node-1', 2e9],
      ]),
    );
  });

  it('reads Oracle’s cloud: times without seconds, and what each OCID is of', async () => {
    const day = await dayOf(`${HEADER},ServiceName`, [
      'USD,2026-10-30T00:00Z,2026-10-31T00:00Z,6,ocid1.instance.oc1.iad.ABUWC,Usage,Compute,,COMPUTE',
      'USD,2026-10-30T00:00Z,2026-10-31T00:00Z,1,ocid1.bootvolume.oc1.iad.x,Usage,Compute,,BLOCK_STORAGE',
      'USD,2026-10-30T00:00Z,2026-10-31T00:00Z,2.4,ocid1.cluster.oc1.iad.x,Usage,Compute,,OKE',
    ]);
    expect(day?.reasons).toEqual(
      new Map([
        ['machines that are no nodes of this cluster', 6e9],
        ['storage of which the bill does not say whose it is: import with --where', 1e9],
        ['the control plane: pricing.fixed adds its fee', 2.4e9],
      ]),
    );
  });

  it('puts a pod that is billed by itself on its node, and shows the provider’s split beside its own', async () => {
    const arn = (pod: string) => `arn:aws:eks:eu-west-1:1:pod/prod/team-a/${pod}/uid-${pod}`;
    const { pods } = madeUpWindows(SMALL_CLUSTER, START, 1)[0]!.snapshot;
    const [pod] = pods;
    const day = await dayOf(HEADER, [
      `USD,${DAY},3,${arn(pod!.name)},Usage,Compute,`,
      `USD,${DAY},4,${arn('gone')},Usage,Compute,`,
      `USD,${DAY},5,i-1,Usage,Compute,"{""aws:eks:namespace"": ""shop""}"`,
    ]);
    const expected = new Map<string, number>([['node-1', 5e9]]);
    expected.set(pod!.node!, (expected.get(pod!.node!) ?? 0) + 3e9);
    expect(day?.nodes).toEqual(expected);
    expect(day?.namespaces).toEqual(
      new Map([
        ['team-a', 7e9],
        ['shop', 5e9],
      ]),
    );
    const months = await billReport(reader, { from: START, to: END }, []);
    expect(months[0]?.namespaces.map(({ namespace, provider }) => [namespace, provider])).toEqual([
      ['team-a', 7],
      ['shop', 5],
    ]);
    expect(renderBill(months, 'USD', 'table')).toContain("shop: 5.00 by the provider's own split");
  });

  it('leaves no amount of any bill without a place or a reason', async () => {
    const { pods } = madeUpWindows(SMALL_CLUSTER, START, 1)[0]!.snapshot;
    const pod = `arn:aws:eks:eu-west-1:1:pod/prod/x/${pods[0]!.name}/${pods[0]!.uid}`;
    const ids = ['', 'NULL', 'i-0', 'i-1', 'i-99', 'vol-1', pod, `${pod}-gone`, '/x/clusters/prod'];
    const categories = ['Usage', 'usage', 'Purchase', 'Tax', 'Credit', 'Adjustment', 'Refund', ''];
    const services = [
      'Compute',
      'Storage',
      'Networking',
      '"[""GCP"",""Kubernetes Engine""]"',
      'AI',
      '',
    ];
    const row = fc.record({
      cost: fc.integer({ min: -900, max: 4000 }).map((cents) => cents / 100),
      id: fc.constantFrom(...ids),
      category: fc.constantFrom(...categories),
      service: fc.constantFrom(...services),
      status: fc.constantFrom('', 'Used', 'Unused', 'NULL'),
    });
    const bills = fc.array(row, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(bills, fc.boolean(), async (rows, isFiltered) => {
        const lines = rows.map(({ cost, id, category, service, status }) =>
          [`USD,${DAY},${cost}`, id, category, service, '', status].join(','),
        );
        const filters = isFiltered ? [{ column: 'BillingCurrency', value: 'USD' }] : [];
        await importLines([`${HEADER},CommitmentDiscountStatus`, ...lines], { filters });
        const [month] = await billReport(reader, { from: START, to: END }, []);
        const billed = rows.reduce((sum, { cost }) => sum + cost, 0);
        expect(month?.billed).toBeCloseTo(billed, 6);
        const placed = (month?.onNodes ?? 0) + (month?.beside ?? 0);
        const named = month?.reasons.reduce((sum, { cost }) => sum + cost, 0) ?? 0;
        expect(placed + (month?.unreconciled ?? 0)).toBeCloseTo(billed, 6);
        expect(named).toBeCloseTo(month?.unreconciled ?? 0, 6);
      }),
      { numRuns: 60 },
    );
  });

  it('takes the newest export of a period from a folder of several', async () => {
    const folder = `${temp.folder}/exports`;
    const line = (cost: number) => `${HEADER}\nUSD,${DAY},${cost},i-0,Usage,Compute,`;
    const runs = [
      ['20261001-20261031/run-b/part_0.csv', 3, 1],
      ['20261001-20261031/run-a/part_0.csv', 5, 2],
      ['20261001-20261031/run-a/part_1.csv', 0.5, 2],
      ['BILLING_PERIOD=2026-10/bill-00001.csv', 1, 3],
      ['loose.csv', 2, 4],
    ] as const;
    for (const [path, cost, minute] of runs) {
      await mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await writeFile(`${folder}/${path}`, line(cost));
      await utimes(`${folder}/${path}`, minute * 60, minute * 60);
    }
    const { days } = await importLines([], { path: folder });
    expect(days[0]?.totalNano).toBe(8.5e9);
  });

  it('keeps traffic, volumes and load balancers of a cluster apart from its machines', async () => {
    const lines = [
      `USD,${DAY},12,i-0,Usage,Compute,`,
      `USD,${DAY},30,i-0,Usage,Networking,`,
      `USD,${DAY},2,arn:aws:ec2:eu-west-1:1:volume/vol-7,Usage,Storage,`,
      `USD,${DAY},1,arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/a,Usage,Networking,`,
    ];
    const own = await dayOf(HEADER, lines, {
      filters: [{ column: 'BillingCurrency', value: 'USD' }],
    });
    expect(own?.parts).toEqual({ storageNano: 2e9, networkNano: 30e9, loadBalancerNano: 1e9 });
    expect(own?.nodes).toEqual(new Map([['node-0', 12e9]]));
    const anybodys = await dayOf(HEADER, lines);
    expect(anybodys?.parts).toEqual({ storageNano: 0, networkNano: 30e9, loadBalancerNano: 0 });
    expect(anybodys?.reasons.size).toBe(2);
  });

  it('lets credits, refunds and unused commitments follow what was used', async () => {
    const day = await dayOf(`${HEADER},CommitmentDiscountStatus`, [
      `USD,${DAY},12,i-0,Usage,Compute,,`,
      `USD,${DAY},4,i-1,Usage,Compute,,`,
      `USD,${DAY},4,i-99,Usage,Compute,,`,
      `USD,${DAY},-2,i-1,Credit,Compute,,`,
      `USD,${DAY},-3,,Credit,Compute,,`,
      `USD,${DAY},1.2,arn:aws:savingsplans::1:savingsplan/x,Usage,Compute,,Unused`,
    ]);
    // 18 were used; −1.8 follow it: a tenth.
    expect(day?.nodes).toEqual(
      new Map([
        ['node-0', 10.8e9],
        ['node-1', 1.8e9],
      ]),
    );
    const sum = [...(day?.nodes.values() ?? []), ...(day?.reasons.values() ?? [])];
    expect(sum.reduce((total, nano) => total + nano, 0)).toBe(day?.totalNano);
  });

  it('scales volumes to what they were billed, and says what no volume explains', async () => {
    const filters = [{ column: 'BillingCurrency', value: 'USD' }];
    const span = query(START + DAY_MS, START + 2 * DAY_MS, 'namespace');
    const recorded = await reader.costs(span);
    const total = (table: CostTable): number =>
      table.rows.reduce((sum, row) => sum + row.storageNano, 0);
    const usage = `USD,${DAY},12,i-0,Usage,Compute,`;
    await importLines([HEADER, usage, `USD,${DAY},6,vol-1,Usage,Storage,`], { filters });
    const scaled = await effectiveCosts(reader, span);
    expect(total(recorded)).toBeGreaterThan(0);
    expect(Math.abs(total(scaled) - 6e9)).toBeLessThan(100);
  });

  it('reads folders and Parquet files', async () => {
    const folder = `${temp.folder}/export`;
    await mkdir(`${folder}/2026-10`, { recursive: true });
    await writeFile(`${folder}/manifest.json`, '{}');
    await writeFile(`${folder}/a.csv`, [HEADER, `USD,${DAY},1,i-1,Usage,Compute,`].join('\n'));
    const parquet = new URL('../../../test/cost/focus.parquet', import.meta.url);
    await copyFile(parquet, `${folder}/2026-10/b.snappy.parquet`);
    const { days, charges } = await importLines(BILL, {
      path: folder,
      filters: [{ column: 'BillingCurrency', value: 'USD' }],
    });
    expect(charges).toBe(4);
    expect(days[0]).toMatchObject({
      poolNano: 2e9,
      nodes: new Map([
        ['node-0', 3.5e9],
        ['node-1', 1e9],
      ]),
    });
    const filters = [{ column: 'Tags.cluster', value: 'prod' }];
    const tagged = await importLines(BILL, { path: `${folder}/2026-10/b.snappy.parquet`, filters });
    expect(tagged.charges).toBe(2);
  });

  it('fetches an address, and says what the server answers', async () => {
    const bill = [HEADER, `USD,${DAY},1,i-1,Usage,Compute,`].join('\n');
    using server = await serving((path) => (path.startsWith('/bill.csv') ? bill : null));
    const { nodes } = await importLines(BILL, { path: `${server.url}/bill.csv?sig=secret` });
    expect(nodes).toBe(1);
    await expect(importLines(BILL, { path: `${server.url}/no.csv?sig=s` })).rejects.toThrow(
      /\/no\.csv: the server answers 404$/,
    );
  });

  it('is not called effective where none of it is for a node', async () => {
    await importLines([HEADER, `USD,${DAY},9,i-77,Usage,Compute,`]);
    const span = { from: START + DAY_MS, to: START + 2 * DAY_MS };
    const report = await readCosts(reader, pricing({ basis: 'effective' }), {
      cluster: 'c',
      query: { ...span, by: ['namespace'], namespaces: null },
    });
    expect(report).toMatchObject({ priceBasis: 'contracted', provisional: true });
  });

  it('says when there is no such file', async () => {
    await expect(importLines(BILL, { path: `${temp.folder}/none.csv` })).rejects.toThrow(
      /none\.csv: cannot be read \(ENOENT\)/,
    );
  });
});

/** A server on loopback that answers a path with a text, or with 404. */
async function serving(
  answer: (path: string) => string | null,
): Promise<Disposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const text = answer(request.url ?? '');
    response.writeHead(text === null ? 404 : 200).end(text ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
