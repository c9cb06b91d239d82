import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { CounterPart } from '../measure/counter.ts';
import type { CounterSource } from '../measure/lives.ts';
import type { RawSeries } from '../prometheus/rawSamples.ts';
import { at, overlay, type Statement } from './series.ts';

/** Every series of a counter, whatever its lives and duplicates. */
export type Counter = CounterSource<RawSeries>[];

/** Every series of counters that add up, each with what it is about: a device or an interface. */
export type Counters = CounterPart<RawSeries>[];

/** Every series of these counters. */
export function samplesOf(counters: Counter): readonly RawSeries[] {
  return counters.map(({ samples }) => samples);
}

/** Adds to a list. One of a single item, as most are, takes no room for more. */
export function added<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  list.push(item);
  return list;
}

/** Values by name. */
export type ValuesByName = Map<string, Float64Array>;

/** Stays empty: a map is made with its first name, since most have none. */
const NONE: ValuesByName = new Map();

/** Adds values to those of a name. */
export function overlayNamed<K extends string>(
  entry: Record<K, ValuesByName>,
  key: K,
  name: string,
  more: Float64Array,
): void {
  const known = entry[key];
  const values = overlay(known.get(name), more);
  if (known.size === 0) entry[key] = new Map([[name, values]]);
  else known.set(name, values);
}

/** A container together with its series that name no UID: they say what its own do not. */
export function withLoose(own: ContainerEntry, loose: ContainerEntry): ContainerEntry {
  return {
    name: own.name,
    throttled: firstNamed(own.throttled, loose.throttled),
    cpu: [...own.cpu, ...loose.cpu],
    standing: firstKnown(own.standing, loose.standing),
    diskRead: [...own.diskRead, ...loose.diskRead],
    diskWrite: [...own.diskWrite, ...loose.diskWrite],
    ram: [...own.ram, ...loose.ram],
    requests: firstNamed(own.requests, loose.requests),
    limits: firstNamed(own.limits, loose.limits),
    images: [...own.images, ...unsaid(loose.images, own.images)],
    init: [...own.init, ...loose.init],
    running: firstKnown(own.running, loose.running),
    restarts: firstKnown(own.restarts, loose.restarts),
    terminated: [...own.terminated, ...unsaid(loose.terminated, own.terminated)],
    waiting: [...own.waiting, ...unsaid(loose.waiting, own.waiting)],
    gpuUtilisation: firstKnown(own.gpuUtilisation, loose.gpuUtilisation),
    gpuTensor: firstKnown(own.gpuTensor, loose.gpuTensor),
  };
}

function firstKnown<V extends Float64Array | undefined>(first: V, second: V): V | Float64Array {
  return first === undefined || second === undefined
    ? (first ?? second)
    : first.map((value, point) => (Number.isNaN(value) ? second[point]! : value));
}

function firstNamed(first: ValuesByName, second: ValuesByName): ValuesByName {
  const both = new Map(first);
  for (const [name, values] of second) both.set(name, firstKnown(first.get(name), values)!);
  return both;
}

/** Statements at the points at which others say nothing. */
function unsaid<T>(
  statements: readonly Statement<T>[],
  others: readonly Statement<T>[],
): readonly Statement<T>[] {
  const isSaid = (point: number) => others.some(({ values }) => at(values, point) !== null);
  return statements.map(({ value, values }) => ({
    value,
    values: values.map((one, point) => (isSaid(point) ? Number.NaN : one)),
  }));
}

/** All that a batch holds of one container of one pod. */
export interface ContainerEntry {
  readonly name: string;
  /** Share of throttled periods by cgroup path, that is by life. */
  throttled: ValuesByName;
  cpu: Counter;
  /** A value where its CPU counter reads as it did an hour before. */
  standing: Float64Array | undefined;
  diskRead: Counters;
  diskWrite: Counters;
  /** Every series of its working set. */
  ram: RawSeries[];
  /** Resource name (`cpu`, `memory`, `nvidia_com_gpu`) → values. */
  requests: ValuesByName;
  limits: ValuesByName;
  images: Statement<ImageRef>[];
  /** Statements about init containers: `sidecar` or `init`. */
  readonly init: Statement<'init' | 'sidecar'>[];
  running: Float64Array | undefined;
  restarts: Float64Array | undefined;
  terminated: Statement<string>[];
  waiting: Statement<string>[];
  gpuUtilisation: Float64Array | undefined;
  gpuTensor: Float64Array | undefined;
}

export interface ImageRef {
  readonly image: string;
  readonly imageId: string | null;
}

/** All that a batch holds of one pod. */
export interface PodEntry {
  readonly namespace: string;
  readonly name: string;
  /** Null for series that name no UID: they belong to whichever pod of that name lived then. */
  readonly uid: string | null;
  readonly containers: Map<string, ContainerEntry>;
  info: InfoStatement[];
  /** Null: it has no controller. */
  owners: Statement<WorkloadRef | null>[];
  phases: Statement<string>[];
  created: Float64Array | undefined;
  /** What its RuntimeClass adds, and what the scheduler says that it holds as a whole; by resource. */
  overhead: ValuesByName;
  scheduled: ValuesByName;
  labels: Statement<Readonly<Record<string, string>>>[];
  annotations: Statement<Readonly<Record<string, string>>>[];
  receive: Counters;
  transmit: Counters;
  /** The node that cAdvisor's series name, where kube_pod_info does not. */
  usageNode: string | null;
  readonly times: PodTimes;
}

/** When a pod was bound to a node and when it was finished, as far as an exporter states it. */
export interface PodTimes {
  readonly scheduled: TimeMs | null;
  readonly completed: TimeMs | null;
  /** No node was found for it, whatever its series say: a scraper may fill in its own. */
  readonly isUnscheduled: boolean;
  /** When lives of its restarted containers ended, in order, by container. */
  readonly ended: ReadonlyMap<string, readonly TimeMs[]>;
}

/** What kube_pod_info said, and when. */
export interface InfoStatement extends Statement<PodInfo> {
  /** Unix milliseconds, ascending. */
  times: Float64Array;
}

export interface PodInfo {
  readonly node: string | null;
  readonly hostNetwork: boolean | null;
  readonly creator: WorkloadRef | null;
}

/** Pods of one name in one namespace: usually one, several where a name was reused. */
export interface PodName {
  readonly byUid: Map<string, PodEntry>;
  loose: PodEntry | null;
}

/** A pod of which nothing is known yet. */
export function newPod(
  namespace: string,
  name: string,
  uid: string | null,
  times: PodTimes = { scheduled: null, completed: null, isUnscheduled: false, ended: new Map() },
): PodEntry {
  return {
    times,
    usageNode: null,
    namespace,
    name,
    uid,
    containers: new Map(),
    info: [],
    owners: [],
    phases: [],
    created: undefined,
    overhead: NONE,
    scheduled: NONE,
    labels: [],
    annotations: [],
    receive: [],
    transmit: [],
  };
}

/** A pod's container of that name, made where there is none yet. */
export function containerOf(pod: PodEntry, name: string): ContainerEntry {
  let container = pod.containers.get(name);
  if (container === undefined) {
    container = {
      name,
      throttled: NONE,
      cpu: [],
      standing: undefined,
      diskRead: [],
      diskWrite: [],
      ram: [],
      requests: NONE,
      limits: NONE,
      images: [],
      init: [],
      running: undefined,
      restarts: undefined,
      terminated: [],
      waiting: [],
      gpuUtilisation: undefined,
      gpuTensor: undefined,
    };
    pod.containers.set(name, container);
  }
  return container;
}
