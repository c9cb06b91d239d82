import { nodeNano } from '../../model/costParts.ts';
import type { CostSeriesQuery, CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { aggregate, keyRows } from './aggregate.ts';
import { toAllocationJson, type AllocationJson, type AllocationSums } from './allocationJson.ts';
import { QuestionRefused } from '../questions/answerContext.ts';
import { fieldsOfFilter } from './filter/filterForm.ts';
import { matchesFilter } from './filter/matchesFilter.ts';
import { IDLE, toAllocations, type AllocationContext } from './toAllocations.ts';
import { idleAllocation, shareIdle } from './idle.ts';
import { dimensionsOf, type AggregateField } from './parseAggregate.ts';
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
    by: dimensionsOf(fieldsAsked(query)),
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
  const { window } = table;
  const by = dimensionsOf(fieldsAsked(query));
  requirePods(table, query);
  const { allocations, idle } = withIdle(table, query, context);
  const set = new Map<string, AllocationJson>();
  const byContainer = query.fields.includes('pod') && query.fields.includes('container');
  const wanted = keyRows(table.rows, allocations, by).filter((each) =>
    matchesFilter(query.filter, each),
  );
  for (const [name, { sums, count }] of aggregate(wanted, query.fields)) {
    set.set(name, toAllocationJson(name, window, sums, byContainer && count === 1));
  }
  if (idle !== null) set.set(IDLE, toAllocationJson(IDLE, window, idle, false));
  return Object.fromEntries(set);
}

/** What the history is asked by: what the answer is keyed by, and what it is filtered by. */
function fieldsAsked({ fields, filter }: OpenCostQuery): readonly AggregateField[] {
  return [...fields, ...fieldsOfFilter(filter)];
}

/**
 * Idle is shared out before anything is left out: what an allocation costs does not hang on the filter. Idle
 * that is shown is of the nodes that pass it.
 */
function withIdle(
  table: CostTable,
  query: OpenCostQuery,
  context: AllocationContext,
): { readonly allocations: readonly AllocationSums[]; readonly idle: AllocationSums | null } {
  const allocations = toAllocations(table, context);
  if (!query.includeIdle) return { allocations, idle: null };
  const isWanted = (sums: AllocationSums): boolean =>
    matchesFilter(query.filter, { sums, labels: new Map(), owner: null });
  if (!query.shareIdle) return { allocations, idle: idleAllocation(table, context, isWanted) };
  const { rest, ...shared } = shareIdle(allocations, table, query.idleByNode);
  const whole = idleAllocation(table, context, () => true);
  if (whole === null || nodeNano(rest) === 0) return { ...shared, idle: null };
  const idle = { ...whole, ...rest };
  return { ...shared, idle: isWanted(idle) ? idle : null };
}

/** Pods are known while their windows are kept: before that a filter by pod would leave everything out. */
function requirePods(table: CostTable, { filter }: OpenCostQuery): void {
  if (!fieldsOfFilter(filter).includes('pod')) return;
  if (table.rows.every((row) => row.pod !== null)) return;
  throw new QuestionRefused(
    'filter: pods are known only while windows are kept (history.retention.windows); ' +
      'ask for a later window, or filter by controllerName or namespace',
  );
}
