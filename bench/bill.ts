/**
 * Costs by namespace against made-up bills of AWS, Google and Azure (`bench/bill/`), which know nothing of `src/cost`.
 * Run: `npm run bench:bill`; with `-- --json FILE` the figures are written to a file too.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allocate } from '../src/cost/allocate.ts';
import { billReport } from '../src/cost/bill/billReport.ts';
import { importBill } from '../src/cost/bill/importBill.ts';
import { effectiveCosts } from '../src/cost/bill/effectiveCosts.ts';
import { loadPriceLists } from '../src/cost/lists/loadPriceLists.ts';
import { priceNodes } from '../src/cost/priceNodes.ts';
import { configSchema } from '../src/daemon/config/schema.ts';
import { openBillStore, openHistoryReader } from '../src/engines/openHistory.ts';
import { costNano } from '../src/model/costParts.ts';
import { DAY_MS } from '../src/model/time.ts';
import { alignColumns } from '../src/model/text/table.ts';
import { TempHistory } from '../test/support/tempHistory.ts';
import { WINDOW_MS } from '../test/support/madeUpWindows.ts';
import { snapshotAt } from './bill/snapshot.ts';
import { truthOf } from './bill/truth.ts';
import type { BillWorld } from './bill/world.ts';
import { WORLDS } from './bill/worlds.ts';

const START = Date.UTC(2026, 9, 30);

interface Outcome {
  readonly name: string;
  readonly basis: string;
  readonly billed: number;
  /** Largest and mean error of a namespace's day, as shares of what it owes; and the least and the most, with their signs. */
  readonly worst: number | null;
  readonly interval: readonly [least: number, most: number] | null;
  readonly mean: number | null;
  /** By namespace: owed and shown. */
  readonly namespaces: readonly (readonly [namespace: string, owed: number, shown: number])[];
  /** Amounts of the bill that are on nothing, each with its reason. */
  readonly unexplained: readonly (readonly [reason: string, cost: number])[];
  readonly failure: string | null;
}

const { pricing } = configSchema.parse({ pricing: { basis: 'effective' } });

async function play(world: BillWorld): Promise<Outcome> {
  using temp = new TempHistory();
  const { lists } = await loadPriceLists(pricing, {
    cacheDir: tmpdir(),
    now: START,
    signal: AbortSignal.timeout(10_000),
  });
  const first = START - WINDOW_MS;
  const windows = [];
  for (let start = first; start < START + DAY_MS + WINDOW_MS; start += WINDOW_MS) {
    const snapshot = snapshotAt(world, { start, end: start + WINDOW_MS }, START);
    const costs = allocate(snapshot, priceNodes(snapshot, pricing, lists), pricing);
    windows.push({
      snapshot,
      costs,
      change: {
        historyStart: first + WINDOW_MS,
        watermark: start + WINDOW_MS,
        expectedSamples: {},
        detectors: new Map(),
        findings: new Map(),
      },
      events: [],
      muted: false,
      applied: [],
      configHash: 'bench',
    });
  }
  const path = await temp.record('history', windows, 100);
  const reader = await openHistoryReader(path);
  const store = await openBillStore(path);
  const bill = join(temp.folder, 'bill.csv');
  writeFileSync(bill, [world.bill.header, ...world.bill.lines].join('\n'));
  const [column = '', value = ''] = (world.bill.where ?? '').split('=');
  const owed = truthOf(world);
  let failure: string | null = null;
  try {
    await importBill(
      {
        path: bill,
        currency: 'USD',
        filters: column === '' ? [] : [{ column, value }],
        final: false,
        reopen: false,
        now: START + 3 * DAY_MS,
        pricing,
        cluster: 'test',
      },
      reader,
      store,
    ).catch((error: Error) => {
      failure = error.message.replace(/^.*bill\.csv/, 'bill.csv');
    });
    const span = { from: START, to: START + DAY_MS, namespaces: null };
    const table = await effectiveCosts(reader, { ...span, by: ['namespace'] });
    const shown = new Map(table.rows.map((row) => [row.key, costNano(row) / 1e9]));
    const [month] = await billReport(reader, { from: START, to: START + DAY_MS }, []);
    const names = [...new Set([...owed.keys(), ...shown.keys()])].sort();
    const namespaces = names.map(
      (name) => [name, owed.get(name) ?? 0, shown.get(name) ?? 0] as const,
    );
    const signed = namespaces
      .filter(([, due]) => due > 0)
      .map(([, due, found]) => (found - due) / due);
    const errors = signed.map(Math.abs);
    const reasons = (month as { reasons?: readonly { reason: string; cost: number }[] } | undefined)
      ?.reasons;
    return {
      name: world.name,
      basis: (month?.onNodes ?? 0) > 0 ? 'effective' : 'estimate',
      billed: month?.billed ?? 0,
      worst: errors.length === 0 ? null : Math.max(...errors),
      interval: signed.length === 0 ? null : [Math.min(...signed), Math.max(...signed)],
      mean: errors.length === 0 ? null : errors.reduce((sum, one) => sum + one, 0) / errors.length,
      namespaces,
      unexplained:
        reasons?.map(({ reason, cost }) => [reason, cost] as const) ??
        (month === undefined ? [] : [['(no reason is given)', month.unreconciled] as const]),
      failure,
    };
  } finally {
    await store.close();
    await reader.close();
  }
}

const percent = (share: number | null): string =>
  share === null ? '-' : `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} %`;

const outcomes: Outcome[] = [];
for (const world of WORLDS) outcomes.push(await play(world));
const rows = outcomes.map(({ name, basis, billed, mean, interval, unexplained, failure }) => [
  name,
  failure === null ? basis : 'refused',
  billed.toFixed(2),
  percent(mean),
  interval === null ? '-' : interval.map(percent).join(' to '),
  failure ?? unexplained.map(([reason, cost]) => `${cost.toFixed(2)} ${reason}`).join('; '),
]);
const head = ['CLUSTER', 'BASIS', 'BILLED', 'MEAN ERROR', 'LEAST TO MOST', 'UNEXPLAINED'];
process.stdout.write(`${alignColumns([head, ...rows], (at) => at > 1 && at < 5)}\n`);
for (const { name, namespaces } of outcomes)
  process.stdout.write(
    `${name}: ${namespaces.map(([key, due, found]) => `${key} ${found.toFixed(3)} of ${due.toFixed(3)}`).join(', ')}\n`,
  );
const { values } = parseArgs({ options: { json: { type: 'string' } } });
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(outcomes, null, 2)}\n`);
const limit = outcomes.filter(({ basis, worst }) => basis === 'effective' && (worst ?? 0) > 0.02);
if (limit.length > 0) process.exitCode = 1;
