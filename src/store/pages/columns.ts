/** One column of a page: integers in a fixed unit. */
export interface PageColumn {
  readonly name: string;
  /** The unit of one count; quantisation rounds to it, half away from zero for positive values. */
  readonly unit: string;
  /** May a slot hold "unknown"? Unknown is never zero. */
  readonly nullable: boolean;
  /** How slots and keys are put together above. */
  readonly merge: 'sum' | 'max';
  /** What its values are about in proportion to, by columns before it: a cost by what it is the price of. */
  readonly growsWith?: (values: Float64Array, at: number) => number;
}

/**
 * The columns of every page, each with its unit. A value is rounded to its unit once, when its window
 * is recorded; everything above (hours, days, months) adds up those integers, so that no order of
 * writing changes a sum. To add a column, append it: pages without it read as unknown or zero.
 *
 * Averages over a window are summed as they are ("nanocore-windows"); a reader multiplies by the
 * window's hours. Money is exact.
 */

interface NamedColumn<N extends string> extends PageColumn {
  readonly name: N;
}

function sum<const N extends string>(name: N, unit: string): NamedColumn<N> {
  return { name, unit, nullable: false, merge: 'sum' };
}

/** Money that one of `allocatedOf` costs. */
function priced<const N extends string>(name: N, of: Allocated): NamedColumn<N> {
  return { ...sum(name, NANO), growsWith: (values, at) => allocatedOf(values, at, of) };
}

function gauge<const N extends string>(name: N, unit: string): NamedColumn<N> {
  return { name, unit, nullable: true, merge: 'max' };
}

const NANOCORE = '1e-9 cores, average over the window';
const BYTE = 'bytes, average over the window';
const SHARE = '1e-4';
/** Rates keep 0.14 %: 1/256 of an octave (see `rateToCode`). */
const RATE = 'code of bytes/second';
const NANO = '1e-9 units of currency';

/** One container in one window. `…Rest` is what the allocation has beyond what other columns give. */
export const USAGE_COLUMNS = [
  gauge('cpuUsage', NANOCORE),
  gauge('cpuRequest', NANOCORE),
  gauge('cpuLimit', NANOCORE),
  gauge('ramUsage', BYTE),
  gauge('ramPeak', 'bytes'),
  gauge('ramRequest', BYTE),
  gauge('ramLimit', BYTE),
  gauge('networkReceive', RATE),
  gauge('networkTransmit', RATE),
  gauge('diskRead', RATE),
  gauge('diskWrite', RATE),
  gauge('throttledShare', SHARE),
  gauge('restarts', 'restarts'),
  gauge('gpuRequest', '1e-9 GPUs'),
  gauge('gpuUtilisation', SHARE),
  gauge('gpuTensorActivity', SHARE),
  gauge('terminatedReason', 'id in reasons'),
  gauge('waitingReason', 'id in reasons'),
  sum('runShare', SHARE),
  sum('heldShare', SHARE),
  sum('coverage', SHARE),
  sum('cpuRequested', NANOCORE),
  sum('ramRequested', BYTE),
  sum('cpuUsedRest', NANOCORE),
  sum('ramUsedRest', BYTE),
  sum('cpuAllocatedRest', NANOCORE),
  sum('ramAllocatedRest', BYTE),
  sum('gpuAllocated', '1e-9 GPUs, average over the window'),
  priced('cpuNano', 'cpu'),
  priced('ramNano', 'ram'),
  sum('gpuNano', NANO),
  sum('storageNano', NANO),
  sum('networkNano', NANO),
  sum('loadBalancerNano', NANO),
  sum('coverageRest', SHARE),
  gauge('gpuUsed', '1e-9 GPUs, average over the window'),
  sum('storageBytes', BYTE),
  sum('networkZoneNano', NANO),
  sum('networkRegionNano', NANO),
  // What was not seen of a family besides CPU (which is `coverage`): mostly nothing.
  sum('unseenMemory', SHARE),
  sum('unseenRequests', SHARE),
  sum('unseenNetwork', SHARE),
  sum('unseenDisk', SHARE),
  sum('unseenPrice', SHARE),
] as const satisfies readonly PageColumn[];

/** One cost key in one hour or day: sums over its windows and pods. */
export const COST_COLUMNS = [
  sum('cpuAllocated', 'nanocore-windows'),
  sum('ramAllocated', 'byte-windows'),
  sum('gpuAllocated', 'nano-GPU-windows'),
  sum('cpuRequested', 'nanocore-windows'),
  sum('cpuUsed', 'nanocore-windows'),
  sum('ramRequested', 'byte-windows'),
  sum('ramUsed', 'byte-windows'),
  sum('cpuNano', NANO),
  sum('ramNano', NANO),
  sum('gpuNano', NANO),
  sum('storageNano', NANO),
  sum('networkNano', NANO),
  sum('loadBalancerNano', NANO),
  sum('lived', '1e-4 windows'),
  sum('covered', '1e-4 windows'),
  sum('networkReceived', 'bytes'),
  sum('networkTransmitted', 'bytes'),
  sum('gpuUsed', 'nano-GPU-windows'),
  sum('gpuUnseen', 'nano-GPU-windows allocated whose use is unknown'),
  gauge('cpuUsageMax', 'nanocores, highest window average of one container'),
  gauge('ramPeakMax', 'bytes, highest scraped working set of one container'),
  sum('storageBytes', 'byte-windows'),
  sum('networkZoneNano', NANO),
  sum('networkRegionNano', NANO),
  gauge('seenFrom', 'start of the first window, in windows before 1970: the highest is the first'),
  gauge('seenTo', 'end of the last window, in windows since 1970'),
  // Cost × what was not seen of it; what costs nothing weighs as many nanos as it lived 1e-4 windows.
  sum('unseen', NANO),
  sum('unseenCpu', NANO),
  sum('unseenMemory', NANO),
  sum('unseenRequests', NANO),
  sum('unseenNetwork', NANO),
  sum('unseenDisk', NANO),
  sum('unseenPrice', NANO),
  sum('weightless', '1e-4 windows lived that cost nothing'),
] as const satisfies readonly PageColumn[];

/** One node in one hour or day: sums over its windows. */
export const NODE_SUM_COLUMNS = [
  sum('cpuCores', 'nanocore-windows'),
  sum('ramBytes', 'byte-windows'),
  sum('gpus', 'nano-GPU-windows'),
  sum('up', '1e-9 windows'),
  sum('cpuNano', NANO),
  sum('ramNano', NANO),
  sum('gpuNano', NANO),
  sum('idleCpuNano', NANO),
  sum('idleRamNano', NANO),
  sum('idleGpuNano', NANO),
] as const satisfies readonly PageColumn[];

/** One node in one window. */
export const NODE_COLUMNS = [
  ...NODE_SUM_COLUMNS,
  gauge('price', 'id in node_prices'),
] as const satisfies readonly PageColumn[];

type IndexOf<T extends readonly PageColumn[]> = Readonly<Record<T[number]['name'], number>>;

function indexOf<const T extends readonly PageColumn[]>(columns: T): IndexOf<T> {
  return Object.fromEntries(columns.map((column, index) => [column.name, index])) as IndexOf<T>;
}

/** Column positions by name. */
export const USAGE = indexOf(USAGE_COLUMNS);
export const COST = indexOf(COST_COLUMNS);
export const NODE = indexOf(NODE_COLUMNS);

type Allocated = 'cpu' | 'ram';

/** The columns that an allocation is made of. */
const ALLOCATED = {
  cpu: [USAGE.cpuUsage, USAGE.cpuUsedRest, USAGE.cpuRequested, USAGE.cpuAllocatedRest],
  ram: [USAGE.ramUsage, USAGE.ramUsedRest, USAGE.ramRequested, USAGE.ramAllocatedRest],
} as const;

/** What was used of a container's row in a window, at `at`. */
export function usedOf(values: Float64Array, at: number, of: Allocated): number {
  const [usage, rest] = ALLOCATED[of];
  const measured = values[at + usage]!;
  return (Number.isNaN(measured) ? 0 : measured) + values[at + rest]!;
}

/** What it was allocated: the larger one of what it requested and used. */
export function allocatedOf(values: Float64Array, at: number, of: Allocated): number {
  const [, , requested, rest] = ALLOCATED[of];
  return Math.max(values[at + requested]!, usedOf(values, at, of)) + values[at + rest]!;
}

const OCTAVE = 256;

/** Bytes per second → code, keeping 0.14 % relative (and 0.003 B/s near zero); NaN stays unknown. */
export function rateToCode(bytesPerSecond: number): number {
  return Math.round(OCTAVE * Math.log2(1 + Math.max(0, bytesPerSecond)));
}

/** The reverse of `rateToCode`. */
export function codeToRate(code: number): number {
  return 2 ** (code / OCTAVE) - 1;
}
