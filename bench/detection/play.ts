import { Random } from '../random.ts';
import { hash } from '../../src/model/hash.ts';
import { runWindow } from '../../src/cycle/runWindow.ts';
import type { Settings } from '../../src/cycle/settings.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import type { Severity } from '../../src/model/finding.ts';
import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { podSampleOf, type Case, type PodLoad, type Truth } from './case.ts';
import type { Rule } from './rules/rule.ts';
import type { World } from './worlds.ts';
import { WINDOW_MS } from './workload.ts';

/** What a cluster's sources do not tell. */
export interface Lacks {
  readonly specs: boolean;
  readonly network: boolean;
  readonly disk: boolean;
  /** True: samples come as a kubelet gives them, with time stamps of its own and gaps. */
  readonly sampling: boolean;
}

export const METRICS_ONLY: Lacks = { specs: true, network: false, disk: false, sampling: false };

type Counts = Record<Severity, number>;

/** What was said of one case. Plain data: it crosses from a worker thread. */
export interface Outcome {
  readonly namespace: string;
  readonly truth: Truth;
  /** When each severity was first reached after the onset (for honest cases: at all), ms. */
  readonly firstAt: Partial<Record<Severity, number>>;
  /** The onset as the first finding had it, ms. */
  readonly startedAt: number | null;
  readonly summary: string | null;
  readonly evidence: string;
  /** Messages of each severity (opened, reopened, worse): of honest cases, and before a miner's onset. */
  readonly false: Counts;
  /** Pod-days in which every alarm was false. */
  readonly honestDays: number;
  /** Messages in windows that the authors of a measured trace call anomalous, and the pod-days of those. */
  readonly anomalous: Counts;
  readonly anomalousDays: number;
  readonly rules: Record<string, { firstAt: number | null; false: number }>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NODES: readonly NodeSample[] = Array.from({ length: 40 }, (_, index) => ({
  name: `node-${index + 1}`,
  cpuCores: 16,
  ramBytes: 64 * 2 ** 30,
  gpus: 0,
  allocatableCpuCores: 16,
  allocatableRamBytes: 62 * 2 ** 30,
  labels: {},
  providerId: null,
  upShare: 1,
  exportedPrice: null,
})).sort((a, b) => (a.name < b.name ? -1 : 1));

/** One window of a world at the snapshot port. */
export function snapshotAt(world: World, start: number, lacks: Lacks = METRICS_ONLY): Snapshot {
  const index = Math.round((start - world.from) / WINDOW_MS);
  const pods: PodSample[] = [];
  for (const one of world.cases) {
    const byPod = new Map<string, PodLoad[]>();
    for (const load of one.step(start, index)) {
      const seen = byPod.get(load.pod);
      if (seen === undefined) byPod.set(load.pod, [load]);
      else seen.push(load);
    }
    for (const loads of byPod.values())
      pods.push(without(podSampleOf(one.namespace, loads), start, lacks));
  }
  return {
    cluster: 'evaluation',
    window: { start, end: start + WINDOW_MS },
    nodes: NODES,
    pods,
    namespaces: new Map(),
    volumes: [],
    loadBalancers: [],
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples: {},
  };
}

function without(pod: PodSample, start: number, lacks: Lacks): PodSample {
  const { specs, network, disk, sampling } = lacks;
  return {
    ...pod,
    ...(sampling && {
      containers: pod.containers.map((container) => asSampled(container, pod.uid, start)),
    }),
    ...(specs && { spec: null }),
    ...(network && { networkReceiveBytesPerSecond: null, networkTransmitBytesPerSecond: null }),
    ...(disk && {
      containers: pod.containers.map((container) => ({
        ...container,
        diskReadBytesPerSecond: null,
        diskWriteBytesPerSecond: null,
      })),
    }),
  };
}

/** Robust spread of `increase` over five minutes on a kubelet: nearly all windows within 1.9 %, see docs/cluster.md. */
const SAMPLING_CV = 0.0095;
/** Scrapes that fail in a row lose a container a window, and a restart of Prometheus loses one of all. */
const LOST_SHARE = 0.003;
const RESTART_EVERY = 601;

/** A container as a kubelet's samples show it: another time stamp each, and some windows not at all. */
function asSampled(sample: ContainerSample, uid: string, start: number): ContainerSample {
  const index = start / WINDOW_MS;
  const random = new Random(hash(`${uid}/${sample.name}/${index}`));
  const isLost = index % RESTART_EVERY === 0 || random.next() < LOST_SHARE;
  if (isLost) return { ...sample, cpuUsageCores: null, coverage: 0 };
  const { cpuUsageCores: cores } = sample;
  return cores === null
    ? sample
    : { ...sample, cpuUsageCores: cores * (1 + SAMPLING_CV * random.normal()) };
}

/** Plays a world through `runWindow`, window by window, and through the rules beside it. */
export function play(
  world: World,
  settings: Settings,
  rules: readonly Rule[],
  lacks: Lacks = METRICS_ONLY,
): readonly Outcome[] {
  const state = new WorkingState(emptyState());
  const outcomes = new Map(world.cases.map((one) => [one.namespace, emptyOutcome(one, rules)]));
  const cases = new Map(world.cases.map((one) => [one.namespace, one]));
  const isAnomalousAt = (namespace: string, start: number): boolean =>
    cases.get(namespace)?.isAnomalousAt?.(start) ?? false;
  for (let start = world.from; start < world.to; start += WINDOW_MS) {
    const end = start + WINDOW_MS;
    const snapshot = snapshotAt(world, start, lacks);
    for (const { namespace } of snapshot.pods) {
      const outcome = outcomes.get(namespace);
      if (outcome === undefined || !isHonestAt(outcome.truth, end)) continue;
      if (isAnomalousAt(namespace, start)) outcome.anomalousDays += WINDOW_MS / 86_400_000;
      else outcome.honestDays += WINDOW_MS / 86_400_000;
    }
    const { change, events, failures } = runWindow(snapshot, state, settings);
    for (const { error } of failures) throw error;
    state.apply(change);
    for (const { type, at, finding } of events) {
      if (finding.kind !== 'cryptojacking' || !['opened', 'reopened', 'worse'].includes(type))
        continue;
      const outcome = outcomes.get(finding.scope.namespace ?? '');
      if (outcome === undefined) continue;
      const signals = finding.evidence.map(
        ({ signal, weight, value }) =>
          `${signal}:${weight}(${typeof value === 'number' ? value.toPrecision(3) : value})`,
      );
      outcome.evidence = `${new Date(at).toISOString()} ${finding.severity} ${finding.scope.workload?.kind ?? 'group'} ${signals.join(' ')}`;
      outcome.summary = finding.summary;
      if (isHonestAt(outcome.truth, at)) {
        const counts = isAnomalousAt(outcome.namespace, start) ? outcome.anomalous : outcome.false;
        counts[finding.severity]++;
        if (outcome.truth.isMiner) continue;
      }
      for (const severity of upTo(finding.severity)) outcome.firstAt[severity] ??= at;
      outcome.startedAt ??= finding.startedAt;
    }
    for (const rule of rules)
      for (const namespace of rule.look(snapshot)) {
        const outcome = outcomes.get(namespace);
        const tally = outcome?.rules[rule.name];
        if (outcome === undefined || tally === undefined) continue;
        if (isAnomalousAt(namespace, start)) continue;
        if (isHonestAt(outcome.truth, end)) tally.false++;
        else tally.firstAt ??= end;
      }
  }
  return [...outcomes.values()];
}

function emptyOutcome({ namespace, truth }: Case, rules: readonly Rule[]): Mutable<Outcome> {
  return {
    namespace,
    truth,
    firstAt: {},
    startedAt: null,
    summary: null,
    evidence: '',
    false: { info: 0, warning: 0, critical: 0 },
    honestDays: 0,
    anomalous: { info: 0, warning: 0, critical: 0 },
    anomalousDays: 0,
    rules: Object.fromEntries(rules.map(({ name }) => [name, { firstAt: null, false: 0 }])),
  };
}

/** Before a miner's onset every alarm is false. */
function isHonestAt({ onset }: Truth, end: number): boolean {
  return onset === null || end <= onset;
}

function upTo(severity: Severity): readonly Severity[] {
  if (severity === 'critical') return ['info', 'warning', 'critical'];
  return severity === 'warning' ? ['info', 'warning'] : ['info'];
}
