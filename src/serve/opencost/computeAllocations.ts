import type { CostSeriesQuery, CostTable } from '../../history/costTable.ts';
import type { HistoryReader } from '../../history/history.ts';
import { aggregate, keyRows } from './aggregate.ts';
import { toAllocationJson, type AllocationJson } from './allocationJson.ts';
import { IDLE, toAllocations, type AllocationContext } from './toAllocations.ts';
import { idleAllocation, shareIdle } from './idle.ts';
import { dimensionsOf } from './parseAggregate.ts';
import type { OpenCostQuery } from './parseQuery.ts';

export interface AllocationSource {
  readonly reader: HistoryReader;
  /** Costs on the configured basis, one table for each step between boundaries. */
  series(query: CostSeriesQuery): Promise<readonly CostTable[]>;
  readonly cluster: string;
  /** Length of the history's windows. */
  readonly windowMs: number;
  /** Only these namespaces; null for all. */
  readonly namespaces: readonly string[] | null;
}

/** An allocation set: name → allocation. */
export type AllocationSet = Readonly<Record<string, AllocationJson>>;

/** Answers an OpenCost query from the history, one set for each of its windows. */
export async function computeAllocations(
  source: AllocationSource,
  query: OpenCostQuery,
): Promise<readonly AllocationSet[]> {
  const { historyStart, watermark } = await source.reader.status();
  const records = await source.reader.nodes();
  const nodes = new Map(records.map((node) => [node.name, node]));
  const [first] = query.sets;
  if (first === undefined) return [];
  // Sets adjoin: all of them are one reading of the history.
  const tables = await source.series({
    boundaries: [first.start, ...query.sets.map(({ end }) => end)],
    by: dimensionsOf(query.fields),
    namespaces: source.namespaces,
  });
  return tables.map((table) => {
    const { window } = table;
    const held = {
      start: Math.max(window.start, (historyStart ?? Infinity) - source.windowMs),
      end: Math.min(window.end, watermark ?? 0),
    };
    const context = { cluster: source.cluster, held, nodes };
    return held.start < held.end ? toSet(table, query, context) : {};
  });
}

function toSet(table: CostTable, query: OpenCostQuery, context: AllocationContext): AllocationSet {
  const { cluster, held } = context;
  const { window } = table;
  const by = dimensionsOf(query.fields);
  let allocations = toAllocations(table, context);
  let idle = query.includeIdle ? idleAllocation(table, cluster, held) : null;
  if (idle !== null && query.shareIdle) {
    const { rest, ...shared } = shareIdle(allocations, table, query.idleByNode);
    allocations = shared.allocations;
    const left = { cpuNano: rest.cpu, ramNano: rest.ram, gpuNano: rest.gpu };
    idle = rest.cpu + rest.ram + rest.gpu > 0 ? { ...idle, ...left } : null;
  }
  const set = new Map<string, AllocationJson>();
  const byContainer = query.fields.includes('pod') && query.fields.includes('container');
  for (const [name, { sums, count }] of aggregate(
    keyRows(table.rows, allocations, by),
    query.fields,
  )) {
    set.set(name, toAllocationJson(name, window, sums, byContainer && count === 1));
  }
  if (idle !== null) set.set(IDLE, toAllocationJson(IDLE, window, idle, false));
  return Object.fromEntries(set);
}
