import type { Reading } from '../../model/reading.ts';
import type { TimeMs } from '../../model/time.ts';
import type { UsagePoint } from '../usage.ts';
import { codeToRate, rateToCode, USAGE, USAGE_COLUMNS } from './columns.ts';
import type { PageColumn } from './columns.ts';

/**
 * One window summed over containers: what a `UsagePoint` is made of, in a form that can be added.
 * NaN is unknown; a sum is unknown only when all of its parts are.
 */
export type UsageSums = Float64Array;

const sum = (name: string): PageColumn => ({
  name,
  unit: 'as in a window',
  nullable: true,
  merge: 'sum',
});

/** Columns that are summed as they are; the first four are rates in bytes/second here. */
const RATES = ['networkReceive', 'networkTransmit', 'diskRead', 'diskWrite'] as const;
const PLAIN = [
  'cpuUsage',
  'cpuRequest',
  'cpuLimit',
  'ramUsage',
  'ramPeak',
  'ramRequest',
  'ramLimit',
  'restarts',
  'runShare',
] as const;
const DERIVED = ['throttled', 'covered', 'noCpuLimit', 'noRamLimit'] as const;

/** The columns of a pinned page: sums of one window over the pods of a workload. */
export const SUM_COLUMNS: readonly PageColumn[] = [...RATES, ...PLAIN, ...DERIVED].map(sum);

const AT = Object.fromEntries(SUM_COLUMNS.map(({ name }, index) => [name, index])) as Readonly<
  Record<(typeof RATES | typeof PLAIN | typeof DERIVED)[number], number>
>;

/** Nothing known: NaN until the first value is added. */
export function emptyUsageSums(): UsageSums {
  return new Float64Array(SUM_COLUMNS.length).fill(Number.NaN);
}

/** Adds a container's window row: all of it, or only what is its pod's (the network). */
export function addContainer(
  sums: UsageSums,
  row: Float64Array,
  wanted: 'all' | 'pod-level' = 'all',
): void {
  for (const name of RATES.slice(0, 2)) addKnown(sums, AT[name], codeToRate(row[USAGE[name]]!));
  if (wanted === 'pod-level') return;
  for (const name of RATES.slice(2)) addKnown(sums, AT[name], codeToRate(row[USAGE[name]]!));
  for (const name of PLAIN) addKnown(sums, AT[name], row[USAGE[name]]!);
  const lived = row[USAGE.runShare]!;
  addKnown(sums, AT.throttled, lived * row[USAGE.throttledShare]!);
  addKnown(sums, AT.covered, lived * row[USAGE.coverage]!);
  addKnown(sums, AT.noCpuLimit, Number.isNaN(row[USAGE.cpuLimit]!) ? lived : 0);
  addKnown(sums, AT.noRamLimit, Number.isNaN(row[USAGE.ramLimit]!) ? lived : 0);
}

/** Adds other sums of the same window. */
export function addSums(sums: UsageSums, other: Float64Array): void {
  for (const [index, value] of other.entries()) addKnown(sums, index, value);
}

/** The sums without what belongs to pods as a whole. */
export function withoutNetwork(sums: UsageSums): UsageSums {
  const kept = sums.slice();
  kept[AT.networkReceive] = Number.NaN;
  kept[AT.networkTransmit] = Number.NaN;
  return kept;
}

/** Sums → integers as a pinned page holds them, and back. */
export function packSums(sums: UsageSums): Float64Array {
  return sums.map((value, index) => (index < RATES.length ? rateToCode(value) : value));
}

export function unpackSums(packed: Float64Array): UsageSums {
  return packed.map((value, index) => (index < RATES.length ? codeToRate(value) : value));
}

/** The window as its reader sees it. A sum of limits is unknown when a container had none. */
export function toUsagePoint(start: TimeMs, windowMs: number, sums: UsageSums): UsagePoint {
  const reading = (at: number, unit = 1): Reading => {
    const value = sums[at]!;
    return Number.isNaN(value) ? null : value * unit;
  };
  const lived = reading(AT.runShare) ?? 0;
  return {
    window: { start, end: start + windowMs },
    cpuUsageCores: reading(AT.cpuUsage, 1e-9),
    cpuRequestCores: reading(AT.cpuRequest, 1e-9),
    cpuLimitCores: sums[AT.noCpuLimit]! > 0 ? null : reading(AT.cpuLimit, 1e-9),
    ramUsageBytes: reading(AT.ramUsage),
    ramPeakBytes: reading(AT.ramPeak),
    ramRequestBytes: reading(AT.ramRequest),
    ramLimitBytes: sums[AT.noRamLimit]! > 0 ? null : reading(AT.ramLimit),
    networkReceiveBytesPerSecond: reading(AT.networkReceive),
    networkTransmitBytesPerSecond: reading(AT.networkTransmit),
    diskReadBytesPerSecond: reading(AT.diskRead),
    diskWriteBytesPerSecond: reading(AT.diskWrite),
    throttledShare: lived > 0 ? reading(AT.throttled, 1e-4 / lived) : null,
    restarts: reading(AT.restarts),
    runShare: lived * 1e-4,
    coverage: lived > 0 ? (sums[AT.covered]! / lived) * 1e-4 : 1,
  };
}

/** How many values a window row of a container has. */
export const ROW_WIDTH = USAGE_COLUMNS.length;

function addKnown(sums: UsageSums, at: number, value: number): void {
  if (Number.isNaN(value)) return;
  sums[at] = Number.isNaN(sums[at]!) ? value : sums[at]! + value;
}
