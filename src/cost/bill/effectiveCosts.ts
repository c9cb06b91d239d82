import type { BillDay } from '../../history/bills.ts';
import type { CostQuery, CostRow, CostTable, NodeCostRow } from '../../history/costTable.ts';
import type { HistoryReader } from '../../history/history.ts';
import { DAY_MS, floorTo, type TimeMs, type Window } from '../../model/time.ts';
import { UNKNOWN_NODE } from '../nodes.ts';
import { add, applyTo, partsKey, type Corrections, type Resources } from './corrections.ts';
import { billFactors, scaleTo, type DayBills } from './billFactors.ts';

/** Days are scaled a month at a time: a row for each key and day must fit into memory. */
const DAYS_AT_ONCE = 31;

/**
 * A cost table on the effective basis: the days that a bill was imported for are scaled to it, node by node,
 * so that rows plus idle still equal the nodes' cost exactly; the others keep their estimate and the answer
 * is provisional. What was recorded is not touched.
 */
export async function effectiveCosts(reader: HistoryReader, query: CostQuery): Promise<CostTable> {
  const table = await reader.costs(query);
  const { historyStart, watermark, windowMs = 0 } = await reader.status();
  const begins = historyStart === null ? Infinity : historyStart - windowMs;
  const bills = await reader.billDays(floorTo(query.from, DAY_MS), query.to);
  // Of the history's first and last day only a part is known: the bill of a day cannot be set against it.
  const whole = bills.filter(({ day }) => day >= begins && day + DAY_MS <= (watermark ?? 0));
  const corrections: Corrections = { rows: new Map(), nodes: new Map(), idle: new Map() };
  let unreconciledNano = 0;
  let isWhole = true;
  for (let at = 0; at < whole.length; at += DAYS_AT_ONCE) {
    const batch = whole.slice(at, at + DAYS_AT_ONCE);
    for (const day of await correctDays(reader, query, batch, corrections)) {
      unreconciledNano += day.unreconciledNano;
      isWhole &&= day.whole;
    }
  }
  const covered = isWhole && coversSpan(whole, query, watermark ?? 0);
  return {
    ...applyTo(table, corrections, query.namespaces === null),
    bill: { days: whole.length, whole: covered, unreconciledNano },
    provisional: table.provisional || !covered,
  };
}

async function correctDays(
  reader: HistoryReader,
  query: CostQuery,
  days: readonly BillDay[],
  corrections: Corrections,
): Promise<readonly DayBills[]> {
  const estimates = await tables(reader, query, days.map(wholeDay), 'nodes');
  const parts = days.map((day) => clip(wholeDay(day), query));
  const nodeParts = await tables(reader, query, parts, 'nodes');
  const rowParts = await tables(reader, query, parts, 'rows');
  return days.map((day, index) => {
    const bills = billFactors(day, estimates[index]?.nodes ?? []);
    const rows = correctRows(rowParts[index]?.rows ?? [], bills, corrections);
    correctNodes(nodeParts[index]?.nodes ?? [], bills, rows, corrections);
    return bills;
  });
}

/** One table for each span; spans lie apart or adjoin, in order. */
async function tables(
  reader: HistoryReader,
  query: CostQuery,
  spans: readonly Window[],
  of: 'nodes' | 'rows',
): Promise<readonly CostTable[]> {
  const boundaries = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort(
    (left, right) => left - right,
  );
  const asked =
    of === 'nodes'
      ? { by: ['node' as const], namespaces: null }
      : { by: [...query.by, 'node' as const], namespaces: query.namespaces };
  const steps = await reader.costSeries({ ...asked, boundaries });
  const byStart = new Map(steps.map((step) => [step.window.start, step]));
  return spans.flatMap(({ start }) => byStart.get(start) ?? []);
}

/** Scales rows; returns what changed on each node, which its idle has to make up for. */
function correctRows(
  rows: readonly CostRow[],
  bills: DayBills,
  corrections: Corrections,
): ReadonlyMap<string, Resources> {
  const byNode = new Map<string, Resources>();
  for (const row of rows) {
    const node = row.node ?? UNKNOWN_NODE;
    const bill = bills.nodes.get(node);
    if (bill === undefined) continue;
    const { estimated, billed } = bill;
    const change = {
      cpu: scaleTo(row.cpuNano, estimated.cpu, billed.cpu) - row.cpuNano,
      ram: scaleTo(row.ramNano, estimated.ram, billed.ram) - row.ramNano,
      gpu: scaleTo(row.gpuNano, estimated.gpu, billed.gpu) - row.gpuNano,
    };
    add(corrections.rows, keyWithoutNode(row), change);
    add(byNode, node, change);
  }
  return byNode;
}

function correctNodes(
  nodes: readonly NodeCostRow[],
  bills: DayBills,
  rows: ReadonlyMap<string, Resources>,
  corrections: Corrections,
): void {
  for (const node of nodes) {
    const bill = bills.nodes.get(node.node);
    if (bill === undefined) continue;
    const { estimated, billed } = bill;
    const change = {
      cpu: scaleTo(node.cpuNano, estimated.cpu, billed.cpu) - node.cpuNano,
      ram: scaleTo(node.ramNano, estimated.ram, billed.ram) - node.ramNano,
      gpu: scaleTo(node.gpuNano, estimated.gpu, billed.gpu) - node.gpuNano,
    };
    add(corrections.nodes, node.node, change);
    const taken = rows.get(node.node) ?? { cpu: 0, ram: 0, gpu: 0 };
    add(corrections.idle, node.node, {
      cpu: change.cpu - taken.cpu,
      ram: change.ram - taken.ram,
      gpu: change.gpu - taken.gpu,
    });
  }
}

/** True when every sealed part of the span is on a day with a bill. */
function coversSpan(days: readonly BillDay[], query: CostQuery, watermark: TimeMs): boolean {
  const billed = new Set(days.map(({ day }) => day));
  const to = Math.min(query.to, watermark);
  for (let day = floorTo(query.from, DAY_MS); day < to; day += DAY_MS) {
    if (!billed.has(day)) return false;
  }
  return true;
}

function wholeDay({ day }: BillDay): Window {
  return { start: day, end: day + DAY_MS };
}

function clip(window: Window, query: CostQuery): Window {
  return { start: Math.max(window.start, query.from), end: Math.min(window.end, query.to) };
}

function keyWithoutNode(row: CostRow): string {
  return partsKey((row.parts ?? [row.key]).slice(0, -1));
}
