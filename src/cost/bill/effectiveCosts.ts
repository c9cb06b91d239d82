import { BILL_PARTS, type BillDay, type BillParts } from '../../store/bills.ts';
import {
  isWholeCluster,
  partsKey,
  rowParts,
  type CostQuery,
  type CostRow,
  type CostSeriesQuery,
  type CostTable,
  type NodeCostRow,
} from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { DAY_MS, floorTo, type TimeMs, type Window } from '../../model/time.ts';
import {
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  subtractParts,
  addParts,
  idleColumns,
  idleOf,
  nodeNano,
  sumNano,
  sumParts,
  type NodeParts,
} from '../../model/costParts.ts';
import { UNKNOWN_NODE } from '../nodes.ts';
import { billFactors, changeOf, type DayBills } from './billFactors.ts';

/** What is scaled at once: a row for each key and part of a day must fit into memory. */
const PARTS_AT_ONCE = 31;

/** What the effective basis is worked out from. */
export type BilledHistory = Pick<HistoryReader, 'status' | 'costSeries' | 'billDays'>;

/** A part of a day that lies in one step of the question. */
interface DayPart {
  readonly step: number;
  readonly window: Window;
}

interface DayParts {
  readonly bill: BillDay;
  readonly parts: readonly DayPart[];
}

/** What the bills change about one step. */
interface StepBills {
  readonly corrections: Corrections;
  days: number;
  unreconciledNano: number;
  whole: boolean;
}

/** A cost table on the effective basis; see `effectiveSeries`. */
export async function effectiveCosts(
  reader: BilledHistory,
  { from, to, ...rest }: CostQuery,
): Promise<CostTable> {
  const [table] = await effectiveSeries(reader, { ...rest, boundaries: [from, to] });
  return table!;
}

/**
 * Cost tables on the effective basis: the days that a bill was imported for are scaled to it, node by node,
 * so that rows plus idle still equal the nodes' cost exactly; the others keep their estimate and the answer
 * is provisional. What was recorded is not touched.
 */
export async function effectiveSeries(
  reader: BilledHistory,
  query: CostSeriesQuery,
): Promise<readonly CostTable[]> {
  const recorded = await reader.costSeries(query);
  const { historyStart, watermark, windowMs = 0 } = await reader.status();
  const begins = historyStart === null ? Infinity : historyStart - windowMs;
  const windows = recorded.map(({ window }) => window);
  const [from, to] = [windows[0]?.start ?? 0, windows.at(-1)?.end ?? 0];
  const bills = await reader.billDays(floorTo(from, DAY_MS), to);
  // Of the history's first and last day only a part is known: the bill of a day cannot be set against it.
  const whole = bills.filter(({ day }) => day >= begins && day + DAY_MS <= (watermark ?? 0));
  const steps = windows.map((): StepBills => {
    const corrections = { rows: new Map(), beside: new Map(), nodes: new Map(), idle: new Map() };
    return { corrections, days: 0, unreconciledNano: 0, whole: true };
  });
  for (const batch of batches(whole, windows)) await correctDays(reader, query, batch, steps);
  return recorded.map((table, index) => {
    const { corrections, days, unreconciledNano, whole: isWhole } = steps[index]!;
    const covered = isWhole && coversSpan(whole, table.window, watermark ?? 0);
    return {
      ...applyTo(table, corrections, isWholeCluster(query)),
      bill: { days, whole: covered, reconciled: corrections.nodes.size > 0, unreconciledNano },
      provisional: table.provisional || !covered,
    };
  });
}

/** Days with a bill, each cut along the steps, in heaps of a moderate size. */
function* batches(
  days: readonly BillDay[],
  steps: readonly Window[],
): Generator<readonly DayParts[]> {
  let batch: DayParts[] = [];
  let parts = 0;
  for (const bill of days) {
    const day = { bill, parts: partsOf(bill, steps) };
    if (parts > 0 && parts + day.parts.length > PARTS_AT_ONCE) {
      yield batch;
      batch = [];
      parts = 0;
    }
    batch.push(day);
    parts += day.parts.length;
  }
  if (batch.length > 0) yield batch;
}

function partsOf(bill: BillDay, steps: readonly Window[]): readonly DayPart[] {
  const { start, end } = wholeDay(bill);
  return steps.flatMap((step, index) => {
    const window = { start: Math.max(start, step.start), end: Math.min(end, step.end) };
    return window.start < window.end ? [{ step: index, window }] : [];
  });
}

async function correctDays(
  reader: BilledHistory,
  query: CostSeriesQuery,
  days: readonly DayParts[],
  steps: readonly StepBills[],
): Promise<void> {
  const parts = days.flatMap((day) => day.parts.map(({ window }) => window));
  const estimates = await tables(
    reader,
    query,
    days.map(({ bill }) => wholeDay(bill)),
    'nodes',
  );
  const areWhole = parts.every(({ start, end }) => end - start === DAY_MS);
  const nodeParts = areWhole ? estimates : await tables(reader, query, parts, 'nodes');
  const rowParts = await tables(reader, query, parts, 'rows');
  let at = 0;
  for (const [index, day] of days.entries()) {
    const bills = billFactors(day.bill, estimates[index] ?? { rows: [] });
    for (const { step } of day.parts) {
      const sum = steps[step]!;
      const rows = correctRows(rowParts[at]?.rows ?? [], bills, sum.corrections);
      correctNodes(nodeParts[at]?.nodes ?? [], bills, rows, sum.corrections);
      sum.days += 1;
      sum.unreconciledNano += bills.unreconciledNano;
      sum.whole &&= bills.whole;
      at += 1;
    }
  }
}

/** One table for each span; spans lie apart or adjoin, in order. */
async function tables(
  reader: BilledHistory,
  query: Omit<CostSeriesQuery, 'boundaries'>,
  spans: readonly Window[],
  of: 'nodes' | 'rows',
): Promise<readonly CostTable[]> {
  const boundaries = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort(
    (left, right) => left - right,
  );
  const asked =
    of === 'nodes'
      ? { by: ['node' as const], namespaces: null }
      : { ...query, by: [...query.by, 'node' as const] };
  const steps = await reader.costSeries({ ...asked, boundaries });
  const byStart = new Map(steps.map((step) => [step.window.start, step]));
  return spans.flatMap(({ start }) => byStart.get(start) ?? []);
}

/** Scales rows; returns what changed on each node, which its idle has to make up for. */
function correctRows(
  rows: readonly CostRow[],
  bills: DayBills,
  corrections: Corrections,
): ReadonlyMap<string, NodeParts> {
  const byNode = new Map<string, NodeParts>();
  for (const row of rows) {
    const node = row.node ?? UNKNOWN_NODE;
    const key = keyWithoutNode(row);
    const beside = besideOf(row, bills.parts);
    if (beside !== null) addChange(corrections.beside, key, beside);
    const bill = bills.nodes.get(node);
    if (bill === undefined) continue;
    const change = changeOf(row, bill);
    addChange(corrections.rows, key, change);
    addChange(byNode, node, change);
  }
  return byNode;
}

/** What the bill changes about a row's volumes, load balancers and traffic; null where it says nothing of them. */
function besideOf(row: CostRow, parts: DayBills['parts']): BillParts | null {
  if (Object.keys(parts).length === 0) return null;
  return makeParts(BILL_PARTS, (part) => {
    const bill = parts[part];
    return bill === undefined
      ? 0
      : Math.round(row[part] * (bill.billed / bill.estimated)) - row[part];
  });
}

function correctNodes(
  nodes: readonly NodeCostRow[],
  bills: DayBills,
  rows: ReadonlyMap<string, NodeParts>,
  corrections: Corrections,
): void {
  for (const node of nodes) {
    const bill = bills.nodes.get(node.node);
    if (bill === undefined) continue;
    const change = changeOf(node, bill);
    addChange(corrections.nodes, node.node, change);
    const taken = rows.get(node.node) ?? NO_NODE_PARTS;
    addChange(corrections.idle, node.node, subtractParts(NODE_PARTS, change, taken));
  }
}

/** True when every sealed part of the span is on a day with a bill. */
function coversSpan(days: readonly BillDay[], span: Window, watermark: TimeMs): boolean {
  const billed = new Set(days.map(({ day }) => day));
  const to = Math.min(span.end, watermark);
  for (let day = floorTo(span.start, DAY_MS); day < to; day += DAY_MS) {
    if (!billed.has(day)) return false;
  }
  return true;
}

function wholeDay({ day }: BillDay): Window {
  return { start: day, end: day + DAY_MS };
}

function keyWithoutNode(row: CostRow): string {
  return partsKey(rowParts(row).slice(0, -1));
}

const NONE_BESIDE: BillParts = makeParts(BILL_PARTS, () => 0);

/** What the bills change: nano-units to add, by row key and by node. */
interface Corrections {
  readonly rows: Map<string, NodeParts>;
  /** Of volumes, load balancers and traffic, by row key. */
  readonly beside: Map<string, BillParts>;
  readonly nodes: Map<string, NodeParts>;
  readonly idle: Map<string, NodeParts>;
}

/** Puts the corrections into the table; idle and the nodes' cost only where the whole cluster is shown. */
function applyTo(table: CostTable, corrections: Corrections, isCluster: boolean): CostTable {
  const rows = table.rows.map((row) => {
    const key = partsKey(rowParts(row));
    const change = corrections.rows.get(key) ?? NO_NODE_PARTS;
    const beside = corrections.beside.get(key) ?? NONE_BESIDE;
    return {
      ...row,
      ...addParts(NODE_PARTS, row, change),
      ...addParts(BILL_PARTS, row, beside),
    };
  });
  if (!isCluster) return { ...table, rows, nodesNano: sumNano(rows, nodeNano) };
  const nodes = (table.nodes ?? []).map((node) => {
    const cost = corrections.nodes.get(node.node);
    const idle = corrections.idle.get(node.node);
    if (cost === undefined || idle === undefined) return node;
    return {
      ...node,
      ...addParts(NODE_PARTS, node, cost),
      ...idleColumns(addParts(NODE_PARTS, idleOf(node), idle)),
    };
  });
  return {
    ...table,
    rows,
    nodes,
    nodesNano: sumNano(nodes, nodeNano),
    idle: sumParts(NODE_PARTS, nodes.map(idleOf)),
  };
}

/** Adds a change to what a key has. */
function addChange<K extends string>(
  sums: Map<string, Readonly<Record<K, number>>>,
  key: string,
  change: Readonly<Record<K, number>>,
): void {
  const known = sums.get(key);
  const parts = Object.keys(change) as K[];
  sums.set(key, known === undefined ? change : addParts(parts, known, change));
}
