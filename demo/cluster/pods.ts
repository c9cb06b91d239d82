import { DAY_MS, MINUTE_MS, type TimeMs, type Window } from '../../src/model/time.ts';
import { generatedName, hexDigits, seedOf, uuid } from '../noise.ts';
import { NODES, type DemoNode } from './nodes.ts';
import type { Placement } from './placement.ts';
import type { DemoWorkload, JobRun, Scenario } from './workload.ts';

/** Who made a pod, as its owner reference says. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** One pod, from its creation until it is gone from the API. */
export interface DemoPod {
  readonly workload: DemoWorkload;
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly seed: number;
  readonly replica: number;
  readonly node: DemoNode;
  readonly image: string;
  readonly owner: Owner;
  /** The workload itself, where the owner is a ReplicaSet or a CronJob's Job. */
  readonly grandOwner: Owner | null;
  readonly createdAt: TimeMs;
  /** When its container ends; Infinity while nothing ends it. */
  readonly endsAt: TimeMs;
  /** When the API forgets it: finished Jobs are kept for a while. */
  readonly deletedAt: TimeMs;
}

/** Pods of a release are replaced one after the other. */
const ROLLOUT_STEP_MS = 3 * MINUTE_MS;
/** `ttlSecondsAfterFinished` of the Jobs. */
const KEPT_AFTER_END_MS = 75 * MINUTE_MS;

/** Pods of a workload that existed within (start, end], in the order of their creation. */
export function podsOf(
  workload: DemoWorkload,
  scenario: Scenario,
  placement: Placement,
  span: Window,
): readonly DemoPod[] {
  const pods =
    workload.runs === undefined
      ? lastingPods(workload, scenario, placement)
      : jobPods(workload, workload.runs, scenario, placement, span);
  return pods.filter((pod) => pod.createdAt < span.end && pod.deletedAt > span.start);
}

/** When a workload without a date was deployed: some weeks before the history. */
function deployedAt({ namespace, name, since }: DemoWorkload, { start, seed }: Scenario): TimeMs {
  if (since !== undefined) return since;
  const age = 20 + (seedOf(`${namespace}/${name}`, seed) % 60);
  return start - age * DAY_MS - (age % 24) * 37 * MINUTE_MS;
}

function lastingPods(
  workload: DemoWorkload,
  scenario: Scenario,
  placement: Placement,
): readonly DemoPod[] {
  const { kind, replicas = 1, releases = [], image } = workload;
  const created = deployedAt(workload, scenario);
  const versions = [{ at: created, image }, ...releases];
  const count = kind === 'DaemonSet' ? NODES.length : replicas;
  const pods: DemoPod[] = [];
  for (let replica = 0; replica < count; replica += 1) {
    versions.forEach((version, index) => {
      const delay = index === 0 ? 0 : replica * ROLLOUT_STEP_MS;
      const next = versions[index + 1];
      const endsAt = next === undefined ? Infinity : next.at + (replica + 1) * ROLLOUT_STEP_MS;
      const life = { createdAt: version.at + delay, endsAt, deletedAt: endsAt };
      const node = placement.nodeOf(workload, replica);
      pods.push(
        podOf(workload, scenario, { replica, version: index, image: version.image, node, life }),
      );
    });
  }
  return pods.sort((a, b) => a.createdAt - b.createdAt);
}

interface PodPlan {
  readonly replica: number;
  readonly version: number;
  readonly image: string;
  readonly node: DemoNode;
  readonly life: Pick<DemoPod, 'createdAt' | 'endsAt' | 'deletedAt'>;
}

function podOf(workload: DemoWorkload, scenario: Scenario, plan: PodPlan): DemoPod {
  const { kind, namespace, name } = workload;
  const key = `${namespace}/${kind}/${name}`;
  const seed = seedOf(`${key}/${plan.version}/${plan.replica}`, scenario.seed);
  const suffix = generatedName(seed, 5);
  if (kind === 'StatefulSet' || kind === 'DaemonSet') {
    const podName = kind === 'StatefulSet' ? `${name}-${plan.replica}` : `${name}-${suffix}`;
    return assemble(workload, seed, plan, podName, { kind, name }, null);
  }
  const hash = generatedName(seedOf(`${key}/${plan.version}`, scenario.seed), 9);
  const replicaSet = `${name}-${hash}`;
  const owner = { kind: 'ReplicaSet', name: replicaSet };
  return assemble(workload, seed, plan, `${replicaSet}-${suffix}`, owner, { kind, name });
}

function jobPods(
  workload: DemoWorkload,
  runs: (span: Window) => readonly JobRun[],
  scenario: Scenario,
  placement: Placement,
  span: Window,
): readonly DemoPod[] {
  const { kind, namespace, name, image } = workload;
  const wider = { start: span.start - KEPT_AFTER_END_MS, end: span.end };
  return runs(wider).map(({ startsAt, endsAt }) => {
    const isCron = kind === 'CronJob';
    const job = isCron ? `${name}-${Math.floor(startsAt / MINUTE_MS)}` : name;
    const seed = seedOf(`${namespace}/Job/${job}`, scenario.seed);
    const node = placement.nodeOf(workload, isCron ? seed : 0);
    const life = { createdAt: startsAt, endsAt, deletedAt: endsAt + KEPT_AFTER_END_MS };
    const plan = { replica: 0, version: 0, image, node, life };
    const podName = `${job}-${generatedName(seed, 5)}`;
    const grandOwner = isCron ? { kind, name } : null;
    return assemble(workload, seed, plan, podName, { kind: 'Job', name: job }, grandOwner);
  });
}

function assemble(
  workload: DemoWorkload,
  seed: number,
  { replica, image, node, life }: PodPlan,
  name: string,
  owner: Owner,
  grandOwner: Owner | null,
): DemoPod {
  const uid = uuid(seed);
  const ip =
    workload.hostNetwork === true ? node.ip : `10.0.${128 + (seed % 64)}.${(seed >> 8) & 255}`;
  return { workload, name, uid, ip, seed, replica, node, image, owner, grandOwner, ...life };
}

/** A container's life in a pod: it begins anew after each OOM kill. */
export interface ContainerLife {
  readonly index: number;
  readonly startedAt: TimeMs;
}

/** The container's life that runs at a moment. */
export function containerLifeAt(pod: DemoPod, at: TimeMs): ContainerLife {
  const { oomAfter } = pod.workload;
  // A sample at the very start belongs to the life that ends there.
  const index =
    oomAfter === undefined ? 0 : Math.max(0, Math.ceil((at - pod.createdAt) / oomAfter) - 1);
  const startedAt = pod.createdAt + index * (oomAfter ?? 0);
  return { index, startedAt };
}

/** The container's id at the runtime: another one for each life. */
export function containerId(pod: DemoPod, { index }: ContainerLife): string {
  return hexDigits(seedOf(`container ${index}`, pod.seed), 64);
}
