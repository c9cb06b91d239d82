import { COST_PARTS, makeParts } from '../../model/costParts.ts';
import { HOUR_MS, type Window } from '../../model/time.ts';
import { partsKey, UNALLOCATED, type CostDimension, type CostRow } from '../costTable.ts';
import { COST, type PageColumn } from './columns.ts';
import { emptySums } from './pageCodec.ts';
import { metricName } from '../../model/resources.ts';
import { ownValue } from '../../model/ownValue.ts';

/** Everything that costs can be asked by; what a level does not know is null. */
export interface CostIdentity {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container: string;
  readonly node: string;
  readonly owner: string;
  readonly image: string;
  /** Of its pod, else of its namespace. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of its node, as it was seen last: they count where neither pod nor namespace has a label of that name. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly pod: string | null;
}

/** What one row of an answer is about. */
export interface CostGroup {
  readonly parts: readonly string[];
  /** The first of its identities; without labels where rows have none. */
  readonly first: CostIdentity;
}

const NO_LABELS: CostIdentity['labels'] = {};

/** Groups by what was asked for. */
export class CostGroups {
  readonly #by: readonly CostDimension[];
  readonly #hasLabels: boolean;
  readonly #groups = new Map<string, CostGroup>();

  constructor(by: readonly CostDimension[]) {
    this.#by = by;
    this.#hasLabels = by.includes('pod') || by.includes('labels');
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The group that an identity belongs to. */
  group(identity: CostIdentity): CostGroup {
    const parts = this.#by.map((dimension) => partOf(dimension, identity));
    const key = parts.join('\0');
    let group = this.#groups.get(key);
    if (group === undefined) {
      const labels = this.#hasLabels ? identity.labels : NO_LABELS;
      group = { parts, first: { ...identity, labels, nodeLabels: NO_LABELS } };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/** The sums of one answer: of each group in each step of time that it has any in. */
export class StepSums<Group> {
  readonly #columns: readonly PageColumn[];
  readonly #steps: Map<Group, Float64Array>[];

  constructor(columns: readonly PageColumn[], steps: number) {
    this.#columns = columns;
    this.#steps = Array.from({ length: steps }, () => new Map<Group, Float64Array>());
  }

  /** A group's sums in a step. */
  of(group: Group, step: number): Float64Array {
    const groups = this.#steps[step]!;
    let sums = groups.get(group);
    if (sums === undefined) groups.set(group, (sums = emptySums(this.#columns)));
    return sums;
  }

  step(step: number): ReadonlyMap<Group, Float64Array> {
    return this.#steps[step]!;
  }
}

/** A step's rows sorted by key; those of one key by its parts, in whichever order they were read. */
export function costRows(
  groups: ReadonlyMap<CostGroup, Float64Array>,
  by: readonly CostDimension[],
  windowMs: number,
): readonly CostRow[] {
  const rows = [...groups].map(([group, sums]) => toRow(group, sums, by, windowMs));
  return rows.sort((a, b) => compare(a.key, b.key) || compare(inParts(a), inParts(b)));
}

function inParts({ parts = [] }: CostRow): string {
  return partsKey(parts);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What an identity has of a dimension; `__unallocated__` for nothing. A history has one cluster: its name is the reader's. */
export function partOf(dimension: CostDimension, identity: CostIdentity): string {
  const { namespace, kind, name, container } = identity;
  switch (dimension) {
    case 'namespace':
      return namespace;
    case 'workload':
      return `${namespace}/${kind}/${name}`;
    case 'container':
      return `${namespace}/${kind}/${name}/${container}`;
    case 'pod':
      // Unmounted volumes and load balancers have none.
      return `${namespace}/${identity.pod || UNALLOCATED}`;
    case 'cluster':
      return '';
    case 'image':
      return identity.image || UNALLOCATED;
    case 'node':
      return identity.node || UNALLOCATED;
    case 'owner':
      return identity.owner || UNALLOCATED;
    case 'labels':
      return JSON.stringify(identity.labels);
    default: {
      const label = dimension.slice('label:'.length);
      const { labels, nodeLabels = {} } = identity;
      return labelOf(labels, label) ?? labelOf(nodeLabels, label) ?? UNALLOCATED;
    }
  }
}

/** A label by its name; else by the name that Prometheus makes of both (`app_kubernetes_io_name`). */
function labelOf(labels: Readonly<Record<string, string>>, name: string): string | undefined {
  const exact = ownValue(labels, name);
  if (exact !== undefined) return exact;
  const wanted = metricName(name);
  const found = Object.keys(labels).find((label) => metricName(label) === wanted);
  return found === undefined ? undefined : labels[found];
}

function toRow(
  { first, parts }: CostGroup,
  sums: Float64Array,
  by: readonly CostDimension[],
  windowMs: number,
): CostRow {
  const has = (...dimensions: readonly CostDimension[]) =>
    dimensions.some((dimension) => by.includes(dimension));
  const hours = windowMs / HOUR_MS;
  const lived = sums[COST.lived]!;
  return {
    key: parts.join('/'),
    parts,
    namespace: has('namespace', 'workload', 'container', 'pod') ? first.namespace : null,
    workload: has('workload', 'container') ? { kind: first.kind, name: first.name } : null,
    owner: has('owner') ? first.owner || null : null,
    node: has('node') ? first.node || null : null,
    pod: has('pod') ? first.pod : null,
    container: has('container') ? first.container : null,
    image: has('image') ? first.image || null : null,
    cpuCoreHours: sums[COST.cpuAllocated]! * 1e-9 * hours,
    ramByteHours: sums[COST.ramAllocated]! * hours,
    gpuHours: sums[COST.gpuAllocated]! * 1e-9 * hours,
    cpuRequestCoreHours: sums[COST.cpuRequested]! * 1e-9 * hours,
    cpuUsageCoreHours: sums[COST.cpuUsed]! * 1e-9 * hours,
    ramRequestByteHours: sums[COST.ramRequested]! * hours,
    ramUsageByteHours: sums[COST.ramUsed]! * hours,
    gpuUsageHours: sums[COST.gpuUnseen]! > 0 ? null : sums[COST.gpuUsed]! * 1e-9 * hours,
    ...makeParts(COST_PARTS, (part) => sums[COST[part]]!),
    storageByteHours: sums[COST.storageBytes]! * hours,
    networkZoneNano: sums[COST.networkZoneNano]!,
    networkRegionNano: sums[COST.networkRegionNano]!,
    runHours: lived * 1e-4 * hours,
    networkReceiveBytes: sums[COST.networkReceived]!,
    networkTransmitBytes: sums[COST.networkTransmitted]!,
    cpuUsageMaxCores: reading(sums[COST.cpuUsageMax]!, 1e-9),
    ramUsageMaxBytes: reading(sums[COST.ramPeakMax]!, 1),
    labels: has('pod', 'labels') ? first.labels : null,
    seen: seenOf(sums, windowMs),
    ...coverageOf(sums),
  };
}

/** What was seen of a row's families and of its cost, weighted by cost. */
function coverageOf(sums: Float64Array): Required<Pick<CostRow, 'coverage' | 'coverageBy'>> {
  const cost = COST_PARTS.reduce((total, part) => total + sums[COST[part]]!, 0);
  const weight = Math.max(0, cost) + sums[COST.weightless]!;
  const seen = (column: number): number =>
    weight <= 0 ? 1 : Math.min(1, Math.max(0, 1 - sums[column]! / weight));
  return {
    coverage: seen(COST.unseen),
    coverageBy: {
      cpu: seen(COST.unseenCpu),
      memory: seen(COST.unseenMemory),
      requests: seen(COST.unseenRequests),
      network: seen(COST.unseenNetwork),
      disk: seen(COST.unseenDisk),
      price: seen(COST.unseenPrice),
    },
  };
}

/** From the first to the last window in the sums; every level keeps it, so that all of them say the same. */
function seenOf(sums: Float64Array, windowMs: number): Window | null {
  const from = sums[COST.seenFrom]!;
  if (Number.isNaN(from)) return null;
  return { start: -from * windowMs, end: sums[COST.seenTo]! * windowMs };
}

function reading(value: number, unit: number): number | null {
  return Number.isNaN(value) ? null : value * unit;
}
