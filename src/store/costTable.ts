import {
  makeParts,
  NO_COST_PARTS,
  RESOURCE_HOURS,
  type CostParts,
  type IdleColumns,
  type NodeParts,
} from '../model/costParts.ts';
import type { FamilyShares } from '../model/coverage.ts';
import type { Nano } from '../model/money.ts';
import type { TimeMs, Window } from '../model/time.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { Matcher } from './silences/matcher.ts';

/** What costs can be grouped by, beside `label:KEY`, which takes a pod label. */
export const COST_DIMENSIONS = [
  'cluster',
  'namespace',
  'workload',
  'owner',
  'node',
  'image',
  'pod',
  'container',
] as const;

/** Aggregations of the cost table; `labels` takes all labels together. Several make a composite key. */
export type CostDimension = (typeof COST_DIMENSIONS)[number] | 'labels' | `label:${string}`;

/** Only what has such a value: `node != n1`, `label:team =~ "a|b"`. A workload also goes by its name alone. */
export interface CostFilter extends Omit<Matcher, 'label'> {
  readonly by: CostDimension;
}

/** The key of rows without the label, the owner or the node that was asked for, as in OpenCost. */
export const UNALLOCATED = '__unallocated__';

export interface CostQuery {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly by: readonly CostDimension[];
  /** Only these namespaces (authorization); null for all. */
  readonly namespaces: readonly string[] | null;
  /** All of these must hold. */
  readonly where?: readonly CostFilter[];
  /** Names that nodes are grouped under, by their own: those of one name count together. */
  readonly nodesAs?: ReadonlyMap<string, string> | undefined;
  /** An answer that would have more rows (in all steps together) is refused before it is read. */
  readonly mostRows?: number | undefined;
}

/** Whether a question is about everything that the nodes run: only then their idle cost belongs to the answer. */
export function isWholeCluster({
  namespaces,
  where = [],
}: Pick<CostQuery, 'namespaces' | 'where'>): boolean {
  return namespaces === null && where.length === 0;
}

/** Boundaries in ascending order, at least two: n boundaries make n − 1 steps. */
export interface CostSeriesQuery extends Omit<CostQuery, 'from' | 'to'> {
  readonly boundaries: readonly TimeMs[];
}

/** One row of a cost table, in exact nano-units and hours. */
export interface CostRow extends CostParts {
  /** `parts` joined by `/`. */
  readonly key: string;
  /** One value for each dimension that was asked for, in order; `__unallocated__` where it has none. */
  readonly parts?: readonly string[];
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  readonly owner: string | null;
  readonly node: string | null;
  readonly pod: string | null;
  readonly container: string | null;
  /** In costs by image. */
  readonly image?: string | null;
  readonly cpuCoreHours: number;
  readonly ramByteHours: number;
  readonly gpuHours: number;
  readonly cpuRequestCoreHours: number;
  readonly cpuUsageCoreHours: number;
  readonly ramRequestByteHours: number;
  readonly ramUsageByteHours: number;
  /** GPU hours used, where utilisation was known throughout; absent or null where it was not. */
  readonly gpuUsageHours?: number | null;
  /** Size × hours of the volumes that `storageNano` is for; absent or zero beside a cost: not known. */
  readonly storageByteHours?: number;
  /** The parts of `networkNano` that crossed a zone or a region; the rest went to the internet. */
  readonly networkZoneNano?: Nano;
  readonly networkRegionNano?: Nano;
  /** Container-hours that ran: two replicas of one container for an hour are 2. */
  readonly runHours?: number;
  readonly networkReceiveBytes?: number;
  readonly networkTransmitBytes?: number;
  /** Highest average over one window, and highest working set scraped, of a single container. */
  readonly cpuUsageMaxCores?: number | null;
  readonly ramUsageMaxBytes?: number | null;
  /** From the first to the last window it has; null where a page of an older version does not say it. */
  readonly seen?: Window | null;
  /** The pod's labels, in costs by pod or by labels. */
  readonly labels?: Readonly<Record<string, string>> | null;
  /** The smallest share of what its cost rests on that was seen, weighted by cost, 0..1. */
  readonly coverage: number;
  /** What was seen of each family, weighted by cost; absent: as `coverage`. */
  readonly coverageBy?: FamilyShares;
}

/** What a node cost in the span of a cost table, and how much of it is idle. */
export interface NodeCostRow extends NodeParts, IdleColumns {
  readonly node: string;
  readonly cpuCoreHours: number;
  readonly ramByteHours: number;
  readonly gpuHours: number;
}

/** A row's values, one for each dimension that was asked for. */
export function rowParts({
  key,
  parts = [key],
}: Pick<CostRow, 'key' | 'parts'>): readonly string[] {
  return parts;
}

/** The values as one text: rows of two tables are compared by it, since values may hold the `/` that joins a row's key. */
export function partsKey(parts: readonly string[]): string {
  return parts.join('\0');
}

/** How far a cost table rests on imported bills. */
export interface BillShare {
  /** Days of the span that a bill was imported for. */
  readonly days: number;
  /** True when every sealed part of the span is of such days, on every node. */
  readonly whole: boolean;
  /** True where any node's cost rests on a bill. */
  readonly reconciled?: boolean;
  /** What the bills of those days charge beyond what could be put on anything. */
  readonly unreconciledNano: Nano;
}

export interface CostTable {
  readonly window: Window;
  readonly rows: readonly CostRow[];
  readonly idle: NodeParts;
  readonly nodesNano: Nano;
  /** The nodes that `nodesNano` and `idle` are the sums of, by name; empty for who may see only some namespaces. */
  readonly nodes?: readonly NodeCostRow[];
  /** On the effective basis: which part of the answer rests on a bill. */
  readonly bill?: BillShare;
  /** Share of the asked time that is sealed × coverage of the sealed windows, 0..1. */
  readonly coverage: number;
  /** True when the span holds windows that are not sealed yet or may still be corrected. */
  readonly provisional: boolean;
}

/** A row without names that costs nothing: sums begin with it. */
export function emptyRow(key: string): CostRow {
  return {
    key,
    namespace: null,
    workload: null,
    owner: null,
    node: null,
    pod: null,
    container: null,
    ...makeParts(RESOURCE_HOURS, () => 0),
    ...NO_COST_PARTS,
    coverage: 1,
  };
}
