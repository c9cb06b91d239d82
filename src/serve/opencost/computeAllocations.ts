import { nodeNano } from '../../model/costParts.ts';
import type { Nano } from '../../model/money.ts';
import type { Window } from '../../model/time.ts';
import type { CostDimension, CostSeriesQuery, CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { aggregate, fieldOf, keyRows } from './aggregate.ts';
import { toAllocationJson, type AllocationJson, type AllocationSums } from './allocationJson.ts';
import { QuestionRefused } from '../questions/answerContext.ts';
import { fieldsOfFilter } from './filter/filterForm.ts';
import { matchesFilter } from './filter/matchesFilter.ts';
import { IDLE, toAllocations, type AllocationContext } from './toAllocations.ts';
import { idleAllocation, shareIdleOut } from './idle.ts';
import { dimensionsOf } from './parseAggregate.ts';
import type { Excerpt, OpenCostQuery } from './parseQuery.ts';
import { shareOut } from './share.ts';
import { shareOfNodes } from './shareOfNodes.ts';
import { boundariesOf, tablesOfSets } from './sliceTables.ts';

export interface AllocationSource {
  readonly reader: Pick<HistoryReader, 'status' | 'nodes'>;
  /** Costs on the configured basis, one table for each step between boundaries. */
  series(query: CostSeriesQuery): Promise<readonly CostTable[]>;
  readonly cluster: string;
  /** Length of the history's windows. */
  readonly windowMs: number;
  /** Only these namespaces; null for all. */
  readonly namespaces: readonly string[] | null;
  /** The fixed fees of a span. */
  fixedNano(window: Window): Nano;
}

/** An allocation set: name → allocation. */
export type AllocationSet = Readonly<Record<string, AllocationJson>>;

/** Answers an OpenCost query from the history, one set for each of its windows. */
export async function computeAllocations(
  source: AllocationSource,
  query: OpenCostQuery,
): Promise<readonly AllocationSet[]> {
  if (query.sharing !== null && source.namespaces !== null) {
    throw new QuestionRefused(
      'costs are shared over the whole cluster: ask with a token that sees every namespace',
    );
  }
  return (await readSets(source, query.sets, dimensionsAsked(query))).map(({ table, context }) =>
    context === null ? {} : toSet(table, query, context, source.fixedNano(table.window)),
  );
}

/** The table of each set; the context is null where the history has nothing of it. */
export async function readSets(
  source: AllocationSource,
  sets: readonly Window[],
  by: readonly CostDimension[],
): Promise<readonly { readonly table: CostTable; readonly context: AllocationContext | null }[]> {
  if (sets.length === 0) return [];
  const { historyStart, watermark } = await source.reader.status();
  const records = await source.reader.nodes();
  const nodes = new Map(records.map((node) => [node.name, node]));
  // Sets adjoin: all of them are one reading of the history.
  const tables = await source.series({
    boundaries: boundariesOf(sets, source.windowMs),
    by,
    namespaces: source.namespaces,
  });
  return tablesOfSets(sets, tables).map((table) => {
    const held = {
      start: Math.max(table.window.start, (historyStart ?? Infinity) - source.windowMs),
      end: Math.min(table.window.end, watermark ?? 0),
    };
    const context = held.start < held.end ? { cluster: source.cluster, held, nodes } : null;
    return { table, context };
  });
}

function toSet(
  table: CostTable,
  query: OpenCostQuery,
  context: AllocationContext,
  tenancyNano: Nano,
): AllocationSet {
  const { window } = table;
  const { fields, filter, metadata } = query;
  requirePods(table, query);
  const { allocations, idle } = withIdle(table, query, context);
  const keyed = keyRows(table.rows, allocations, dimensionsAsked(query));
  const { rest, carried } = shareOut(keyed, window, query, tenancyNano);
  const wanted = rest.filter((each) => matchesFilter(filter, fieldOf(each)));
  const byContainer = fields.includes('pod') && fields.includes('container');
  const set: [string, AllocationJson][] = [];
  for (const [name, { sums, members }] of aggregate(wanted, fields, metadata)) {
    const whole = { ...sums, sharedNano: carried.get(name) ?? 0 };
    const json = toAllocationJson(name, window, whole, byContainer && members.length === 1);
    const shares = query.shareOfNodes
      ? { proportionalAssetResourceCosts: shareOfNodes(members, table, query, context) }
      : {};
    set.push([name, { ...json, ...shares }]);
  }
  if (idle !== null) set.push([IDLE, toAllocationJson(IDLE, window, idle, false)]);
  return Object.fromEntries(excerptOf(set, query.excerpt));
}

function excerptOf(
  set: readonly [string, AllocationJson][],
  { offset, limit, sortBy, descending }: Excerpt,
): readonly [string, AllocationJson][] {
  const sorted = [...set];
  if (sortBy !== '') {
    const valueOf = (json: AllocationJson): number | string | null => {
      const value: unknown = Object.hasOwn(json, sortBy)
        ? json[sortBy as keyof AllocationJson]
        : undefined;
      if (typeof value === 'number' || typeof value === 'string' || value === null) return value;
      throw new QuestionRefused(
        `illegal sortBy: "${sortBy}"; use name, totalCost or another figure`,
      );
    };
    const sign = descending ? -1 : 1;
    sorted.sort(([, a], [, b]) => sign * compare(valueOf(a), valueOf(b)));
  }
  return sorted.slice(offset, limit === null ? undefined : offset + limit);
}

function compare(left: number | string | null, right: number | string | null): number {
  if (typeof left === 'string' || typeof right === 'string') {
    return String(left).localeCompare(String(right), 'en');
  }
  return (left ?? 0) - (right ?? 0);
}

/** What the history is asked by: what the answer is keyed by, what it is filtered by, and what is shared. */
function dimensionsAsked({
  fields,
  filter,
  sharing,
  metadata,
}: OpenCostQuery): readonly CostDimension[] {
  const asked = [...fields, ...fieldsOfFilter(filter), ...fieldsOfFilter(sharing?.what ?? null)];
  return [...dimensionsOf(asked), ...(metadata ? (['labels'] as const) : [])];
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
    matchesFilter(query.filter, fieldOf({ sums, labels: new Map(), owner: null }));
  if (!query.shareIdle) return { allocations, idle: idleAllocation(table, context, isWanted) };
  const { rest, ...shared } = shareIdleOut(allocations, table, query.idleByNode);
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
