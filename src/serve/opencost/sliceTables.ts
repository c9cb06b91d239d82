import {
  addParts,
  COST_PARTS,
  IDLE_COLUMNS,
  makeParts,
  NODE_PARTS,
  RESOURCE_HOURS,
} from '../../model/costParts.ts';
import { maxKnown } from '../../model/reading.ts';
import { ceilTo, floorTo, type TimeMs, type Window } from '../../model/time.ts';
import type { CostRow, CostTable, NodeCostRow } from '../../store/costTable.ts';

/** Amounts of a row that are whole numbers: a part of them is rounded so that all parts add up to the whole. */
const WHOLE = [
  ...COST_PARTS,
  'networkZoneNano',
  'networkRegionNano',
  'networkReceiveBytes',
  'networkTransmitBytes',
] as const;
const HOURS = [...RESOURCE_HOURS, 'storageByteHours'] as const;
const NODE_WHOLE = [...NODE_PARTS, ...IDLE_COLUMNS] as const;
const NODE_HOURS = ['cpuCoreHours', 'ramByteHours', 'gpuHours'] as const;

/** From and to which share of a table's span is meant, 0..1. */
interface Slice {
  readonly from: number;
  readonly to: number;
}

/**
 * The boundaries that the history has to be asked by for these sets: it answers whole windows of its own, so that
 * one that a set's edge cuts is asked for by itself.
 */
export function boundariesOf(sets: readonly Window[], windowMs: number): readonly TimeMs[] {
  const edges = sets.flatMap(({ start, end }) => [start, end]);
  const all = edges.flatMap((edge) => [floorTo(edge, windowMs), ceilTo(edge, windowMs)]);
  return [...new Set(all)].sort((left, right) => left - right);
}

/**
 * The table of each set, put together from the tables between `boundariesOf`. Of a window that an edge cuts each
 * side gets its share by time, and both shares add up to the window exactly.
 */
export function tablesOfSets(
  sets: readonly Window[],
  tables: readonly CostTable[],
): readonly CostTable[] {
  let next = 0;
  return sets.map((set) => {
    const parts: CostTable[] = [];
    while (next < tables.length && tables[next]!.window.end <= set.start) next += 1;
    for (let at = next; at < tables.length && tables[at]!.window.start < set.end; at += 1) {
      parts.push(sliceOf(tables[at]!, set));
    }
    return merged(set, parts);
  });
}

function sliceOf(table: CostTable, { start, end }: Window): CostTable {
  const { window } = table;
  const length = window.end - window.start;
  const share = {
    from: Math.max(0, (start - window.start) / length),
    to: Math.min(1, (end - window.start) / length),
  };
  if (share.from === 0 && share.to === 1) return table;
  const clip = (time: TimeMs): TimeMs => Math.min(Math.max(time, start), end);
  return {
    ...table,
    nodes: (table.nodes ?? []).map((node) => ({
      ...node,
      ...makeParts(NODE_WHOLE, (part) => wholePart(node[part], share)),
      ...makeParts(NODE_HOURS, (part) => node[part] * (share.to - share.from)),
    })),
    rows: table.rows.map((row) => ({
      ...row,
      ...makeParts(WHOLE, (part) => wholePart(row[part] ?? 0, share)),
      ...makeParts(HOURS, (part) => (row[part] ?? 0) * (share.to - share.from)),
      gpuUsageHours: partOf(row.gpuUsageHours ?? null, share),
      seen: row.seen ? { start: clip(row.seen.start), end: clip(row.seen.end) } : null,
    })),
  };
}

function partOf(amount: number | null, { from, to }: Slice): number | null {
  return amount === null ? null : amount * (to - from);
}

function wholePart(amount: number, { from, to }: Slice): number {
  return Math.round(amount * to) - Math.round(amount * from);
}

function merged(window: Window, parts: readonly CostTable[]): CostTable {
  const [first, ...others] = parts;
  const table = { ...(first ?? NO_TABLE), window };
  if (others.length === 0) return table;
  const rows = new Map<string, CostRow>();
  const nodes = new Map<string, NodeCostRow>();
  for (const part of parts) {
    for (const row of part.rows) {
      // Other parts than those of the key may be named alike.
      const key = row.parts?.join('\0') ?? row.key;
      const before = rows.get(key);
      rows.set(key, before === undefined ? row : addRows(before, row));
    }
    for (const node of part.nodes ?? []) {
      const before = nodes.get(node.node);
      const sum = before && {
        ...before,
        ...addParts([...NODE_WHOLE, ...NODE_HOURS], before, node),
      };
      nodes.set(node.node, sum ?? node);
    }
  }
  return { ...table, rows: [...rows.values()], nodes: [...nodes.values()] };
}

function addRows(left: CostRow, right: CostRow): CostRow {
  const gpu = [left.gpuUsageHours ?? null, right.gpuUsageHours ?? null];
  return {
    ...left,
    ...makeParts([...WHOLE, ...HOURS], (part) => (left[part] ?? 0) + (right[part] ?? 0)),
    gpuUsageHours: gpu.includes(null) ? null : gpu[0]! + gpu[1]!,
    cpuUsageMaxCores: maxKnown(left.cpuUsageMaxCores ?? null, right.cpuUsageMaxCores ?? null),
    ramUsageMaxBytes: maxKnown(left.ramUsageMaxBytes ?? null, right.ramUsageMaxBytes ?? null),
    seen: unionOf(left.seen ?? null, right.seen ?? null),
  };
}

function unionOf(left: Window | null, right: Window | null): Window | null {
  if (left === null || right === null) return left ?? right;
  return { start: Math.min(left.start, right.start), end: Math.max(left.end, right.end) };
}

const NO_TABLE: Omit<CostTable, 'window'> = {
  rows: [],
  nodes: [],
  idle: { cpuNano: 0, ramNano: 0, gpuNano: 0 },
  nodesNano: 0,
  coverage: 0,
  provisional: true,
};
