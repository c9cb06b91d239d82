import type { WorkloadRef } from '../../model/workload.ts';
import { SECOND_MS } from '../../model/time.ts';
import { containerCgroup, podUidOf, type ContainerCgroup } from '../cgroup.ts';
import { countBefore } from '../measure/samples.ts';
import { carriedLabels } from '../labels.ts';
import type { RestoreName } from '../labels.ts';
import type { CounterPart } from '../measure/counter.ts';
import type { Batch, LifeTimes } from '../prometheus/batch.ts';
import { cgroupKey, lifeTimeKey, podKey } from '../prometheus/fetchLifeTimes.ts';
import { pointSeconds, type Grid, type GridSeries } from '../prometheus/grid.ts';
import type { QueryId } from '../prometheus/queries.ts';
import type { RawSeries } from '../prometheus/rawSamples.ts';
import { sumCpuParts } from './cpuParts.ts';
import {
  added,
  newPod,
  containerOf,
  overlayNamed,
  type ContainerEntry,
  type ImageRef,
  type PodEntry,
  type PodInfo,
  type PodName,
} from './podEntry.ts';
import { withReach, type TargetReach } from './reach.ts';
import { sortName } from './sortPods.ts';
import { compare, label, overlay, type Labelled } from './series.ts';

/** Every pod of a batch, by namespace and name, in that order. */
export type PodTable = readonly PodName[];

/** A table that has what kube-state-metrics tells, and not yet what containers use. */
interface BegunPodTable {
  readonly pods: Iterable<PodEntry>;
  /** @param reach how many pods of its node each target tells of, as `reachOf` counts them */
  finish(reach: TargetReach): PodTable;
}

/** Sorts a batch's series to the pods and containers that they are about. */
export function beginPodTable(batch: Batch, restore: RestoreName): BegunPodTable {
  const names = new Map<string, PodName>();
  const builder = { names, batch, restore };
  addPodFacts(builder);
  addContainerFacts(builder);
  return {
    pods: [...names.values()].flatMap(podsOf),
    finish: (reach) => {
      // cAdvisor comes last: only then is it known which UIDs kube-state-metrics has for a name.
      addUsage(builder, reach);
      for (const name of names.values()) sortName(name);
      return [...names.entries()].sort((a, b) => compare(a[0], b[0])).map(([, name]) => name);
    },
  };
}

/** All pods of a name. */
function podsOf({ byUid, loose }: PodName): readonly PodEntry[] {
  return loose === null ? [...byUid.values()] : [...byUid.values(), loose];
}

const NOT_ENDED: PodEntry['times']['ended'] = new Map();

interface Builder {
  readonly names: Map<string, PodName>;
  readonly batch: Batch;
  readonly restore: RestoreName;
}

function nameOf(builder: Builder, namespace: string, pod: string): PodName {
  const key = `${namespace}/${pod}`;
  let name = builder.names.get(key);
  if (name === undefined) {
    name = { byUid: new Map(), loose: null };
    builder.names.set(key, name);
  }
  return name;
}

function podOf(builder: Builder, namespace: string, pod: string, uid: string | null): PodEntry {
  const name = nameOf(builder, namespace, pod);
  if (uid === null || uid === '') return (name.loose ??= newPod(namespace, pod, null));
  let entry = name.byUid.get(uid);
  if (entry === undefined) {
    const key = podKey({ namespace, pod, uid });
    const { scheduled, completed, unscheduled, ended } = builder.batch.lifeTimes;
    entry = newPod(namespace, pod, uid, {
      scheduled: scheduled.get(key) ?? null,
      completed: completed.get(key) ?? null,
      isUnscheduled: unscheduled.has(key),
      ended: ended.get(key) ?? NOT_ENDED,
    });
    name.byUid.set(uid, entry);
  }
  return entry;
}

/** Calls `visit` with every series of a query of kube-state-metrics and the pod it is about. */
function eachPod(
  builder: Builder,
  query: QueryId,
  visit: (pod: PodEntry, series: GridSeries) => void,
): void {
  for (const series of builder.batch.answers[query].series) {
    const [namespace, pod] = [label(series, 'namespace'), label(series, 'pod')];
    if (pod !== '') visit(podOf(builder, namespace, pod, label(series, 'uid')), series);
  }
}

function addPodFacts(builder: Builder): void {
  for (const series of builder.batch.raw.podInfo.series) {
    const [namespace, pod] = [label(series, 'namespace'), label(series, 'pod')];
    if (pod !== '') addInfo(podOf(builder, namespace, pod, label(series, 'uid')), series, builder);
  }
  eachPod(builder, 'podOwner', (pod, series) => {
    const value = ownerRef(label(series, 'owner_kind'), label(series, 'owner_name'));
    pod.owners = added(pod.owners, { value, values: series.values });
  });
  eachPod(builder, 'podPhase', (pod, series) => {
    pod.phases = added(pod.phases, { value: label(series, 'phase'), values: series.values });
  });
  eachPod(builder, 'podCreated', (pod, series) => {
    pod.created = overlay(pod.created, series.values);
  });
  eachPod(builder, 'podOverhead', (pod, series) => {
    const name = label(series, '__name__').endsWith('_cpu_cores') ? 'cpu' : 'memory';
    overlayNamed(pod, 'overhead', name, series.values);
  });
  eachPod(builder, 'scheduled', (pod, series) => {
    overlayNamed(pod, 'scheduled', label(series, 'resource'), series.values);
  });
  eachPod(builder, 'podLabels', (pod, series) => {
    const value = carriedLabels(series.labels, 'label_', builder.restore);
    pod.labels = added(pod.labels, { value, values: series.values });
  });
  eachPod(builder, 'podAnnotations', (pod, series) => {
    const value = carriedLabels(series.labels, 'annotation_', builder.restore);
    pod.annotations = added(pod.annotations, { value, values: series.values });
  });
}

/** Two replicas of an exporter say the same at times of their own. */
function addInfo(pod: PodEntry, series: RawSeries, { batch }: Builder): void {
  const value = podInfo(series);
  const values = countsOn(batch.grid, series.times);
  const known = pod.info.find((info) => isSame(info.value, value));
  if (known === undefined) {
    pod.info = added(pod.info, { value, values, times: series.times });
    return;
  }
  overlay(known.values, values);
  known.times = Float64Array.from(new Set([...known.times, ...series.times])).sort();
}

function isSame(a: PodInfo, b: PodInfo): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Samples in each window of a grid and in the one after it; a sample on a grid line belongs to the window that it ends. */
function countsOn(grid: Grid, times: Float64Array): Float64Array {
  const counts = new Float64Array(grid.points + 1).fill(Number.NaN);
  for (let point = 1; point <= grid.points; point++) {
    const [from, to] = [pointSeconds(grid, point - 1), pointSeconds(grid, point)];
    const count = countBefore(times, to * SECOND_MS + 1) - countBefore(times, from * SECOND_MS + 1);
    if (count > 0) counts[point] = count;
  }
  return counts;
}

function podInfo(series: RawSeries): PodInfo {
  const [node, host] = [label(series, 'node'), label(series, 'host_network')];
  return {
    node: node === '' ? null : node,
    hostNetwork: host === '' ? sharesHostAddress(series) : host === 'true',
    creator: ownerRef(label(series, 'created_by_kind'), label(series, 'created_by_name')),
  };
}

/** Older kube-state-metrics does not say it, but a pod on its host's network has its address. */
function sharesHostAddress(series: RawSeries): boolean | null {
  const [host, pod] = [label(series, 'host_ip'), label(series, 'pod_ip')];
  return host === '' || pod === '' ? null : host === pod;
}

/** kube-state-metrics writes `<none>` or nothing for "no controller". */
export function ownerRef(kind: string, name: string): WorkloadRef | null {
  return kind === '' || kind === '<none>' ? null : { kind, name };
}

function addContainerFacts(builder: Builder): void {
  const each = (
    query: QueryId,
    visit: (container: ContainerEntry, series: GridSeries) => void,
  ): void => {
    eachPod(builder, query, (pod, series) => {
      const name = label(series, 'container');
      if (name !== '') visit(containerOf(pod, name), series);
    });
  };
  const resource =
    (kind: 'requests' | 'limits') => (container: ContainerEntry, series: GridSeries) => {
      overlayNamed(container, kind, label(series, 'resource'), series.values);
    };
  each('requests', resource('requests'));
  each('limits', resource('limits'));
  each('initRequests', (container, series) => {
    resource('requests')(container, series);
    container.init.push({ value: 'init', values: series.values });
  });
  each('containerInfo', (container, series) => {
    container.images = added(container.images, { value: imageRef(series), values: series.values });
  });
  each('initInfo', (container, series) => {
    container.images = added(container.images, { value: imageRef(series), values: series.values });
    const value = label(series, 'restart_policy') === 'Always' ? 'sidecar' : 'init';
    container.init.unshift({ value, values: series.values });
  });
  each('running', (container, series) => {
    container.running = overlay(container.running, series.values);
  });
  each('restarts', (container, series) => {
    container.restarts = overlay(container.restarts, series.values);
  });
  each('terminatedReason', (container, series) => {
    container.terminated = added(container.terminated, {
      value: label(series, 'reason'),
      values: series.values,
    });
  });
  each('waitingReason', (container, series) => {
    container.waiting = added(container.waiting, {
      value: label(series, 'reason'),
      values: series.values,
    });
  });
}

/** `image_spec` is what the pod asked for; `image` may be a bare digest, depending on the runtime. */
function imageRef(series: GridSeries): ImageRef {
  const [spec, image, id] = [
    label(series, 'image_spec'),
    label(series, 'image'),
    label(series, 'image_id'),
  ];
  return { image: spec === '' ? image : spec, imageId: id === '' ? null : id };
}

function addUsage(builder: Builder, reach: TargetReach): void {
  const { answers, lifeTimes } = builder.batch;
  const raw = withReach(builder.batch, reach);
  const sourceOf = sourceReader(lifeTimes);
  const containerOfSeries = (series: Labelled): ContainerEntry =>
    containerOf(usingPod(builder, series), label(series, 'container'));
  for (const series of sumCpuParts(raw.cpu.series)) {
    usingPod(builder, series).usageNode ??= label(series, 'node') || null;
    const container = containerOfSeries(series);
    container.cpu = added(container.cpu, sourceOf(series));
  }
  for (const series of builder.batch.standing) {
    const container = containerOfSeries(series);
    container.standing = overlay(container.standing, series.values);
  }
  for (const series of raw.ram.series) {
    const container = containerOfSeries(series);
    container.ram = added(container.ram, series);
  }
  for (const id of ['diskRead', 'diskWrite'] as const)
    for (const series of raw[id].series) {
      const container = containerOfSeries(series);
      container[id] = added(container[id], sourceOf(series, label(series, 'device')));
    }
  for (const [side, { series: all }] of [
    ['receive', raw.networkReceive],
    ['transmit', raw.networkTransmit],
  ] as const)
    for (const series of all) {
      const pod = usingPod(builder, series);
      pod[side] = added(pod[side], sourceOf(series, label(series, 'interface')));
    }
  for (const series of answers.throttled.series)
    overlayNamed(containerOfSeries(series), 'throttled', label(series, 'id'), series.values);
  for (const query of ['gpuUtilisation', 'gpuTensor'] as const) {
    for (const series of builder.batch.answers[query].series) {
      const exported = label(series, 'exported_pod') !== '';
      const [namespace, pod, name] = exported
        ? ['exported_namespace', 'exported_pod', 'exported_container']
        : ['namespace', 'pod', 'container'];
      if (label(series, pod) === '') continue;
      const entry = podOf(builder, label(series, namespace), label(series, pod), null);
      const container = containerOf(entry, label(series, name));
      container[query] = overlay(container[query], series.values);
    }
  }
}

/** Tells the lives of series. Those of one container name the same cgroup, which is read once. */
function sourceReader({ started, stated }: LifeTimes) {
  const cgroups = new Map<string, ContainerCgroup>();
  return (series: RawSeries, part = ''): CounterPart<RawSeries> => {
    const latest = stated.get(lifeTimeKey(series.labels)) ?? Infinity;
    const startedAt =
      started.get(cgroupKey(series.labels)) ?? (latest <= (series.times[0] ?? 0) ? latest : null);
    const id = label(series, 'id');
    let cgroup = cgroups.get(id);
    if (cgroup === undefined) cgroups.set(id, (cgroup = containerCgroup(id)));
    const { life, nested } = cgroup;
    return { part, life, nested, samples: series, startedAt };
  };
}

/**
 * The pod whose cgroup a series describes. Without a UID in the path, or where kube-state-metrics names
 * none for this pod, it is settled window by window.
 */
function usingPod(builder: Builder, series: Labelled): PodEntry {
  const [namespace, pod] = [label(series, 'namespace'), label(series, 'pod')];
  const name = nameOf(builder, namespace, pod);
  const nameless = name.loose !== null && name.loose.info.length > 0;
  return podOf(builder, namespace, pod, nameless ? null : podUidOf(label(series, 'id')));
}
