import { COST_PARTS } from '../../model/costParts.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import type { PageColumn } from '../pages/columns.ts';
import {
  allocatedOf,
  codeToRate,
  COST,
  COST_COLUMNS,
  NODE_SUM_COLUMNS,
  USAGE,
  USAGE_COLUMNS,
  usedOf,
} from '../pages/columns.ts';
import type { PageBuffer } from '../pages/pageBuffer.ts';
import { emptySums } from '../pages/pageCodec.ts';
import { DAYS, HOURS, slotOf } from '../pages/levels.ts';

/** Pages of every level; hours are made from windows, days from hours, never by adding to them. */
export interface RollUpTables {
  readonly usage: PageBuffer;
  readonly costHours: PageBuffer;
  readonly costDays: PageBuffer;
  readonly nodes: PageBuffer;
  readonly nodeHours: PageBuffer;
  readonly nodeDays: PageBuffer;
  /** The identities of containers' rows. */
  containers(ids: Iterable<number>): Promise<ReadonlyMap<number, ContainerIdentity>>;
  /** What the costs of such containers are kept under. */
  costKeys(containers: readonly Omit<ContainerIdentity, 'uid'>[]): Promise<readonly number[]>;
}

/** A container as its rows point to it. */
export interface ContainerIdentity {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container: string;
  readonly node: string;
  readonly label_set: number;
  readonly owner: string;
  readonly image: string;
  readonly uid: string;
}

/**
 * Something else that is kept by the hour or day (quantile sketches): called after the costs of that
 * hour or day were made from their windows, again whenever they were made again.
 */
export interface RollUpHook {
  hour?(hour: TimeMs, tables: RollUpTables): Promise<void>;
  day?(day: TimeMs, tables: RollUpTables): Promise<void>;
  /** After all hours and days of a correction were made again. */
  settled?(tables: RollUpTables): Promise<void>;
}

/** Makes an hour anew from its window rows, in place of what was there. */
export async function rollUpHour(
  tables: RollUpTables,
  hour: TimeMs,
  windowMs: number,
): Promise<void> {
  const { bucket, slot } = slotOf(HOURS, hour);
  const sums = new Map<number, Float64Array>();
  const pages = await tables.usage.pages(hour);
  const ids = pages.keys();
  const containers = await tables.containers(ids);
  const keys = (await tables.costKeys(ids.map((id) => containers.get(id)!))).values();
  for (const [, page] of pages) {
    const key = keys.next().value!;
    let sum = sums.get(key);
    if (sum === undefined) sums.set(key, (sum = emptySums(COST_COLUMNS)));
    for (let window = 0; window < page.present.length; window += 1) {
      if (page.present[window] === 1) {
        addUsage(
          sum,
          page.values,
          window * USAGE_COLUMNS.length,
          hour + window * windowMs,
          windowMs,
        );
      }
    }
  }
  await replaceSlot(tables.costHours, bucket, slot, sums);
  const nodes = await sumPages(tables.nodes, hour, NODE_SUM_COLUMNS);
  await replaceSlot(tables.nodeHours, bucket, slot, nodes);
}

/** Makes a UTC day anew from its hours. */
export async function rollUpDay(tables: RollUpTables, day: TimeMs): Promise<void> {
  const { bucket, slot } = slotOf(DAYS, day);
  const costs = await sumPages(tables.costHours, day, COST_COLUMNS);
  await replaceSlot(tables.costDays, bucket, slot, costs);
  const nodes = await sumPages(tables.nodeHours, day, NODE_SUM_COLUMNS);
  await replaceSlot(tables.nodeDays, bucket, slot, nodes);
}

/** The UTC days that hold these hours. */
export function daysOf(hours: Iterable<TimeMs>): readonly TimeMs[] {
  return [...new Set([...hours].map((hour) => floorTo(hour, DAY_MS)))].sort((a, b) => a - b);
}

/** True when the whole span of `length` from `start` is sealed, so that it has been rolled up. */
export function isRolledUp(start: TimeMs, length: number, watermark: TimeMs): boolean {
  return start + length <= watermark;
}

/** Columns of cost rows that are the sums of window columns of the same name. */
const SAME_COLUMNS = [
  ...COST_PARTS,
  'gpuAllocated' as const,
  'storageBytes' as const,
  'networkZoneNano' as const,
  'networkRegionNano' as const,
].map((column) => [COST[column], USAGE[column]] as const);

/** Adds one window row of a container to the sums of its cost key. */
export function addUsage(
  sum: Float64Array,
  row: Float64Array,
  at: number,
  start: TimeMs,
  windowMs: number,
): void {
  sum[COST.cpuAllocated]! += allocatedOf(row, at, 'cpu');
  sum[COST.ramAllocated]! += allocatedOf(row, at, 'ram');
  sum[COST.cpuRequested]! += row[at + USAGE.cpuRequested]!;
  sum[COST.ramRequested]! += row[at + USAGE.ramRequested]!;
  sum[COST.cpuUsed]! += usedOf(row, at, 'cpu');
  sum[COST.ramUsed]! += usedOf(row, at, 'ram');
  for (const [cost, usage] of SAME_COLUMNS) sum[cost]! += row[at + usage]!;
  const lived = row[at + USAGE.runShare]!;
  sum[COST.lived]! += lived;
  const coverage = row[at + USAGE.coverage]! + row[at + USAGE.coverageRest]!;
  sum[COST.covered]! += Math.round((lived * coverage) / 1e4);
  addUnseen(sum, row, at, coverage, lived);
  const gpuUsed = row[at + USAGE.gpuUsed]!;
  if (Number.isNaN(gpuUsed)) sum[COST.gpuUnseen]! += row[at + USAGE.gpuAllocated]!;
  else sum[COST.gpuUsed]! += gpuUsed;
  const seconds = windowMs / 1000;
  sum[COST.networkReceived]! += bytes(row[at + USAGE.networkReceive]!, seconds);
  sum[COST.networkTransmitted]! += bytes(row[at + USAGE.networkTransmit]!, seconds);
  keepMax(sum, COST.cpuUsageMax, row[at + USAGE.cpuUsage]!);
  keepMax(sum, COST.ramPeakMax, row[at + USAGE.ramPeak]!);
  keepMax(sum, COST.seenFrom, -start / windowMs);
  keepMax(sum, COST.seenTo, start / windowMs + 1);
}

const UNSEEN_COLUMNS = [
  [COST.unseenMemory, USAGE.unseenMemory],
  [COST.unseenRequests, USAGE.unseenRequests],
  [COST.unseenNetwork, USAGE.unseenNetwork],
  [COST.unseenDisk, USAGE.unseenDisk],
  [COST.unseenPrice, USAGE.unseenPrice],
] as const;

/** What was not seen weighs as much as it costs, so that windows, hours and days add up to the same shares. */
function addUnseen(
  sum: Float64Array,
  row: Float64Array,
  at: number,
  coverage: number,
  lived: number,
): void {
  const cost = COST_PARTS.reduce((total, part) => total + row[at + USAGE[part]]!, 0);
  if (cost <= 0) sum[COST.weightless]! += lived;
  const weight = cost > 0 ? cost : lived;
  const add = (column: number, unseen: number): void => {
    if (unseen !== 0) sum[column]! += Math.round(weight * unseen * 1e-4);
  };
  add(COST.unseen, 1e4 - coverage);
  add(COST.unseenCpu, 1e4 - row[at + USAGE.coverage]!);
  for (const [column, usage] of UNSEEN_COLUMNS) add(column, row[at + usage]!);
}

async function sumPages(
  table: PageBuffer,
  bucket: TimeMs,
  columns: readonly PageColumn[],
): Promise<Map<number, Float64Array>> {
  const sums = new Map<number, Float64Array>();
  const width = table.codec.columns.length;
  for (const [key, page] of await table.pages(bucket)) {
    const sum = emptySums(columns);
    for (let slot = 0; slot < page.present.length; slot += 1) {
      if (page.present[slot] === 0) continue;
      for (let index = 0; index < columns.length; index += 1) {
        const value = page.values[slot * width + index]!;
        if (columns[index]!.merge === 'sum') sum[index]! += value;
        else keepMax(sum, index, value);
      }
    }
    sums.set(key, sum);
  }
  return sums;
}

async function replaceSlot(
  table: PageBuffer,
  bucket: TimeMs,
  slot: number,
  rows: ReadonlyMap<number, Float64Array>,
): Promise<void> {
  await table.clearSlot(bucket, slot);
  for (const [key, row] of rows) {
    const { values, offset } = table.slot(bucket, key, slot);
    values.set(row, offset);
  }
}

function keepMax(sum: Float64Array, index: number, value: number): void {
  if (!Number.isNaN(value) && !(sum[index]! >= value)) sum[index] = value;
}

function bytes(rateCode: number, seconds: number): number {
  return Number.isNaN(rateCode) ? 0 : Math.round(codeToRate(rateCode) * seconds);
}
