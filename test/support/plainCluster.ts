import type { Labels, MetricFamily, SampledSeries, SampleSource } from '../../demo/samples.ts';
import { DAY_MS, MINUTE_MS, type TimeMs } from '../../src/model/time.ts';
import { cgroupOf } from './madeUpPod.ts';

/** A cluster of Deployments, as large as a test or a bench wants it. */
export interface PlainClusterOptions {
  /** Containers, one a pod. */
  readonly containers: number;
  /** Samples of every series are this far apart. */
  readonly spacingMs?: number;
  /** Kubernetes' name for the cluster's birth; everything but the miner and the rollout is that old. */
  readonly bornAt: TimeMs;
  /** From then on a miner runs in namespace `team-0`; nobody mines when absent. */
  readonly minerFrom?: TimeMs;
  /** The image that it runs: one without a sign of a miner by default. */
  readonly minerImage?: string;
  /** At this time the pods of the first Deployment are replaced. */
  readonly rolloutAt?: TimeMs;
}

interface PlainPod {
  readonly namespace: string;
  readonly workload: string;
  readonly replicaSet: string;
  readonly image: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly cpuRequest: number;
  readonly cpuUsed: number;
  /** How far the day swings its use, 0..1; 0 is a plateau without any ripple. */
  readonly swing: number;
  readonly seed: number;
}

const PODS_PER_WORKLOAD = 3;
const WORKLOADS_PER_NAMESPACE = 8;
const PODS_PER_NODE = 25;
const NODE_CPU = 16;
const NODE_RAM = 64 * 2 ** 30;

/**
 * The metrics of cAdvisor and kube-state-metrics of a quiet cluster: three pods a Deployment whose use
 * follows the day, one Deployment that asks for far more than it uses (`team-0/hoarder`, always), and
 * on demand a miner and a rollout. Every value is a function of its series and time alone.
 */
export function plainCluster(options: PlainClusterOptions): SampleSource {
  const spacing = options.spacingMs ?? MINUTE_MS;
  const pods = podsOf(options);
  const nodes = Math.max(1, Math.ceil(options.containers / PODS_PER_NODE));
  return {
    families: (start, end) => familiesOf(pods, nodes, options.bornAt, spacing, start, end),
  };
}

function podsOf(options: PlainClusterOptions): readonly PlainPod[] {
  const { containers, bornAt, minerFrom, minerImage, rolloutAt } = options;
  const pods: PlainPod[] = [];
  for (let index = 0; index < containers; index += 1) {
    const workload = Math.floor(index / PODS_PER_WORKLOAD);
    const pod = podOf(index, workload, bornAt);
    if (workload !== 0 || rolloutAt === undefined) pods.push(pod);
    else pods.push({ ...pod, to: rolloutAt }, successor(pod, rolloutAt));
  }
  if (minerFrom !== undefined) {
    const mined = podOf(containers, 9_999, minerFrom);
    const name = 'cache-warmer';
    pods.push({
      ...mined,
      namespace: 'team-0',
      workload: name,
      replicaSet: `${name}-5f6d8c7b9d`,
      image: minerImage ?? imageOf(name),
      name: `${name}-5f6d8c7b9d-x7k2p`,
      node: 'node-0',
      cpuRequest: 0.1,
      cpuUsed: 3.9,
      swing: 0,
    });
  }
  return pods;
}

function podOf(index: number, workload: number, bornAt: TimeMs): PlainPod {
  // The second Deployment asks for 2 cores a pod and uses a fiftieth of them.
  const hoards = workload === 1;
  const name = hoards ? 'hoarder' : `app-${workload}`;
  const replicaSet = `${name}-6c5d7f8b9c`;
  return {
    namespace: `team-${Math.floor(workload / WORKLOADS_PER_NAMESPACE)}`,
    workload: name,
    replicaSet,
    image: imageOf(name),
    name: `${replicaSet}-p${index}`,
    uid: uidOf(index),
    node: `node-${Math.floor(index / PODS_PER_NODE)}`,
    from: bornAt,
    to: Infinity,
    cpuRequest: hoards ? 2 : 0.25,
    cpuUsed: hoards ? 0.04 : 0.1 + 0.15 * noise(index, 1),
    swing: 0.1,
    seed: index,
  };
}

function successor(pod: PlainPod, from: TimeMs): PlainPod {
  const replicaSet = `${pod.workload}-7d9c6b5f4d`;
  const name = `${replicaSet}-p${pod.seed}`;
  return { ...pod, replicaSet, name, from, uid: uidOf(pod.seed + 1_000_000) };
}

function uidOf(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function* familiesOf(
  pods: readonly PlainPod[],
  nodes: number,
  bornAt: TimeMs,
  spacing: number,
  start: TimeMs,
  end: TimeMs,
): Generator<MetricFamily> {
  const alive = pods.filter(({ from, to }) => from < end && to > start);
  const timesOf = ({ from, to }: PlainPod): readonly TimeMs[] =>
    scrapes(Math.max(start, from), Math.min(end, to), spacing);
  const family = (
    name: string,
    type: MetricFamily['type'],
    seriesOf: (pod: PlainPod, times: readonly TimeMs[]) => readonly SampledSeries[],
  ): MetricFamily => ({
    name,
    type,
    series: (function* () {
      for (const pod of alive) yield* seriesOf(pod, timesOf(pod));
    })(),
  });
  const counter = (name: string, labels: (pod: PlainPod) => Labels, total: Total) =>
    family(name, 'counter', (pod, times) => [
      { labels: labels(pod), times, values: times.map((at) => total(pod, at)) },
    ]);
  const gauge = (name: string, labels: (pod: PlainPod) => Labels, value: Total) =>
    family(name, 'gauge', (pod, times) => [
      { labels: labels(pod), times, values: times.map((at) => value(pod, at)) },
    ]);

  // cAdvisor
  yield counter('container_cpu_usage_seconds_total', cgroup, cpuSeconds);
  yield gauge('container_memory_working_set_bytes', cgroup, workingSet);
  yield counter('container_fs_reads_bytes_total', cgroup, (pod, at) => age(pod, at) * 2_000);
  yield counter('container_fs_writes_bytes_total', cgroup, (pod, at) => age(pod, at) * 9_000);
  yield counter('container_cpu_cfs_periods_total', cgroup, (pod, at) => age(pod, at) * 10);
  yield counter('container_cpu_cfs_throttled_periods_total', cgroup, (pod, at) =>
    Math.floor(age(pod, at) / 600),
  );
  yield counter('container_network_receive_bytes_total', network, (pod, at) => traffic(pod, at, 1));
  yield counter('container_network_transmit_bytes_total', network, (pod, at) =>
    traffic(pod, at, 3),
  );
  // kube-state-metrics
  const one: Total = () => 1;
  const firstOf = new Map(alive.toReversed().map((pod) => [pod.replicaSet, pod]));
  yield gauge('kube_pod_info', (pod) => ({ ...self(pod), ...createdBy(pod), node: pod.node }), one);
  yield gauge('kube_pod_owner', (pod) => ({ ...self(pod), ...ownedBy(pod) }), one);
  yield family('kube_replicaset_owner', 'gauge', (pod, times) =>
    pod === firstOf.get(pod.replicaSet)
      ? [{ labels: replicaSetOwner(pod), times, values: times.map(() => 1) }]
      : [],
  );
  yield gauge('kube_pod_created', self, ({ from }) => Math.floor(from / 1000));
  yield gauge('kube_pod_status_phase', (pod) => ({ ...self(pod), phase: 'Running' }), one);
  yield gauge('kube_pod_container_info', (pod) => ({ ...container(pod), image: pod.image }), one);
  yield gauge('kube_pod_container_status_running', container, one);
  yield gauge('kube_pod_container_status_restarts_total', container, () => 0);
  yield amounts('kube_pod_container_resource_requests', ({ cpuRequest }) => cpuRequest, 2 ** 28);
  yield amounts('kube_pod_container_resource_limits', () => 4, 2 ** 30);
  function amounts(name: string, cpu: (pod: PlainPod) => number, ram: number): MetricFamily {
    return family(name, 'gauge', (pod, times) =>
      (['cpu', 'memory'] as const).map((resource) => {
        const unit = resource === 'cpu' ? 'core' : 'byte';
        const labels = { ...container(pod), node: pod.node, resource, unit };
        const value = resource === 'cpu' ? cpu(pod) : ram;
        return { labels, times, values: times.map(() => value) };
      }),
    );
  }
  // Nodes
  const times = scrapes(start, end, spacing);
  const perNode = (name: string, labels: Labels, value: number): MetricFamily => ({
    name,
    type: 'gauge',
    series: Array.from({ length: nodes }, (_, index) => ({
      labels: { node: `node-${index}`, ...labels },
      times,
      values: times.map(() => value),
    })),
  });
  yield perNode('kube_node_info', { provider_id: 'made-up' }, 1);
  const type = 'm5.4xlarge';
  yield perNode('kube_node_labels', { label_node_kubernetes_io_instance_type: type }, 1);
  for (const name of ['kube_node_status_capacity', 'kube_node_status_allocatable']) {
    const both = [
      ...perNode(name, { resource: 'cpu', unit: 'core' }, NODE_CPU).series,
      ...perNode(name, { resource: 'memory', unit: 'byte' }, NODE_RAM).series,
    ];
    yield { name, type: 'gauge', series: both };
  }
  yield {
    name: 'kube_namespace_created',
    type: 'gauge',
    series: [
      {
        labels: { namespace: 'kube-system' },
        times,
        values: times.map(() => Math.floor(bornAt / 1000)),
      },
    ],
  };
}

type Total = (pod: PlainPod, at: TimeMs) => number;

/** Scrapes fall 17 s past the minute, as if they did not know of any grid. */
function scrapes(from: TimeMs, to: TimeMs, spacing: number): readonly TimeMs[] {
  const offset = 17_000;
  const times: TimeMs[] = [];
  const first = Math.ceil((from - offset) / spacing) * spacing + offset;
  for (let at = first; at < to; at += spacing) times.push(at);
  return times;
}

function age({ from }: PlainPod, at: TimeMs): number {
  return (at - from) / 1000;
}

/** Periods and shares of what makes use unsteady from one window to the next. */
const RIPPLES = [
  [13 * MINUTE_MS, 0.3],
  [37 * MINUTE_MS, 0.25],
  [101 * MINUTE_MS, 0.2],
] as const;

/** The integral of a use that swings with the day and ripples within it. */
function cpuSeconds(pod: PlainPod, at: TimeMs): number {
  const { cpuUsed, swing, from } = pod;
  const waves = swing === 0 ? 0 : wavesUpTo(pod, at) - wavesUpTo(pod, from);
  return cpuUsed * (age(pod, at) + waves);
}

/** Integral of `share × sin(2π time / period + seed)` over all waves, in seconds. */
function wavesUpTo({ swing, seed }: PlainPod, at: TimeMs): number {
  let sum = 0;
  for (const [period, share] of [[DAY_MS, swing] as const, ...RIPPLES]) {
    const turn = (2 * Math.PI) / period;
    sum -= ((share / turn) * Math.cos(turn * at + seed)) / 1000;
  }
  return sum;
}

function workingSet({ seed }: PlainPod, at: TimeMs): number {
  const mib = 120 + 60 * noise(seed, 7) + 20 * noise(seed, at);
  return Math.round(mib) * 2 ** 20;
}

/** Honest traffic moves with the work; who mines hardly talks. */
function traffic(pod: PlainPod, at: TimeMs, part: number): number {
  if (pod.swing === 0) return Math.round(age(pod, at) * 40);
  return Math.round(cpuSeconds(pod, at) * 60_000 * part);
}

function self({ namespace, name, uid }: PlainPod): Labels {
  return { namespace, pod: name, uid };
}

function container(pod: PlainPod): Labels {
  return { ...self(pod), container: 'app' };
}

function cgroup(pod: PlainPod): Labels {
  const { namespace, name, uid } = pod;
  return { namespace, pod: name, container: 'app', id: cgroupOf(uid, `c${pod.seed}`) };
}

function network({ namespace, name, uid }: PlainPod): Labels {
  const id = `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice`;
  return { namespace, pod: name, interface: 'eth0', id };
}

function createdBy({ replicaSet }: PlainPod): Labels {
  return { created_by_kind: 'ReplicaSet', created_by_name: replicaSet };
}

function ownedBy({ replicaSet }: PlainPod): Labels {
  return { owner_kind: 'ReplicaSet', owner_name: replicaSet, owner_is_controller: 'true' };
}

function replicaSetOwner({ namespace, workload, replicaSet }: PlainPod): Labels {
  const owner = { owner_kind: 'Deployment', owner_name: workload, owner_is_controller: 'true' };
  return { namespace, replicaset: replicaSet, ...owner };
}

function imageOf(workload: string): string {
  return `registry.example.com/${workload}:1.4.2`;
}

/** A number in [0, 1) that depends on nothing but its arguments. */
function noise(seed: number, at: number): number {
  const x = Math.sin(seed * 12.9898 + (at % 86_400_007) * 78.233) * 43_758.545_3;
  return x - Math.floor(x);
}
