import { repositoryOf } from '../model/podSpec.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** Who made an object: `null` means that nobody did, `undefined` that it is not known. */
export type Owner = WorkloadRef | null | undefined;

/** What is known of a pod when its workload is told. */
export interface PodIdentity {
  readonly name: string;
  /** What the API server made its name from; null where it was given whole, absent where that is not told. */
  readonly generatedFrom?: string | null;
  /** The pod's controller. */
  readonly owner: Owner;
  /** The controller of the ReplicaSet or Job that owns the pod. */
  readonly grandOwner: Owner;
  readonly node: string | null;
  /** What the pod belongs to that owns this one (a Spark driver its executors); absent where none does. */
  readonly ownerPod?: ResolvedWorkload | null;
  /** Image of the first main container by name, for owners whose names say nothing. */
  readonly image: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** A workload, and whether that is knowledge or a stop-gap until the owner is known. */
export interface ResolvedWorkload {
  readonly workload: WorkloadRef;
  readonly known: boolean;
}

// Kubernetes makes names from this alphabet (apimachinery/pkg/util/rand): no vowels, no 0, 1, 3.
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
// Four of five such suffixes have a digit, and no word does: `orders-pgsql` and `web-https` are names.
const GENERATED = new RegExp(`-(?=[a-z]*[0-9])${SAFE}{5}$`);
const TEMPLATE_HASH = new RegExp(`-${SAFE}{6,10}$`);
/** A CronJob names its Jobs by the scheduled minute since the epoch (8 digits since 1989). */
const SCHEDULED_MINUTE = /-\d{8,10}$/;
const KNATIVE_DEPLOYMENT = /^(.+)-\d{5}-deployment$/;

/** Owners that exist for one run only: learning about each by its own name would learn nothing. */
export const ONE_RUN_KINDS = new Set([
  'CustomRun',
  'EphemeralRunner',
  'MPIJob',
  'PaddleJob',
  'PipelineRun',
  'PyTorchJob',
  'RayJob',
  'SparkApplication',
  'TaskRun',
  'TFJob',
  'Workflow',
  'XGBoostJob',
]);

/** Labels that name what a run is a run of, where its tool sets them; the first that a pod has counts. */
export const RUN_LABELS = [
  'workflows.argoproj.io/cron-workflow',
  'workflows.argoproj.io/workflow-template',
  'tekton.dev/pipeline',
  'tekton.dev/task',
  'ray.io/originated-from-cr-name',
  'actions.github.com/scale-set-name',
  'spark-app-name',
  'app.kubernetes.io/instance',
] as const;

/** The same for Jobs and pods that have no owner: only a label that no other tool sets. */
export const BARE_RUN_LABELS = ['dag_id', 'spark-app-name'] as const;

/** What tells one run from another at the end of its name: generated characters, an id, a number, a time. */
const RUN_SUFFIX = new RegExp(
  `(?:${GENERATED.source}|-(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{8}|-[0-9a-f]{12,}|-[0-9]+)$`,
);

/** The workload that a pod belongs to (see docs/architecture.md, "Identity"). */
export function workloadOf(pod: PodIdentity): ResolvedWorkload {
  const { owner } = pod;
  if (owner === undefined) return { workload: { kind: 'Pod', name: pod.name }, known: false };
  if (owner === null) return known('Pod', labelled(pod, BARE_RUN_LABELS) ?? bareName(pod));
  switch (owner.kind) {
    case 'Node':
      return known('StaticPod', staticName(pod, owner.name));
    case 'Pod':
      return pod.ownerPod ?? { workload: owner, known: true };
    case 'ReplicaSet':
      return replicaSetWorkload(owner.name, pod.grandOwner);
    case 'Job':
      return jobWorkload(pod, owner.name);
    default:
      return ONE_RUN_KINDS.has(owner.kind)
        ? known(owner.kind, labelled(pod, RUN_LABELS) ?? runName(pod, owner.name))
        : { workload: owner, known: true };
  }
}

function known(kind: string, name: string): ResolvedWorkload {
  return { workload: { kind, name }, known: true };
}

/** Clients make names of their own, so that a name that was given whole may still be one of many. */
function bareName({ name, generatedFrom }: PodIdentity): string {
  return generatedFrom ?? name.replace(GENERATED, '');
}

/** The kubelet calls a static pod `NAME-NODE`. */
function staticName(pod: PodIdentity, owner: string): string {
  for (const node of [pod.node, owner]) {
    if (node !== null && pod.name.endsWith(`-${node}`)) {
      return pod.name.slice(0, -node.length - 1);
    }
  }
  return pod.name;
}

function replicaSetWorkload(replicaSet: string, grandOwner: Owner): ResolvedWorkload {
  if (grandOwner === null) return known('ReplicaSet', replicaSet);
  const owner = grandOwner ?? { kind: 'Deployment', name: replicaSet.replace(TEMPLATE_HASH, '') };
  const service =
    owner.kind === 'Deployment' ? KNATIVE_DEPLOYMENT.exec(owner.name)?.[1] : undefined;
  return service === undefined
    ? { workload: owner, known: true }
    : known('KnativeService', service);
}

function jobWorkload(pod: PodIdentity, job: string): ResolvedWorkload {
  const { grandOwner } = pod;
  if (grandOwner !== null && grandOwner !== undefined) return { workload: grandOwner, known: true };
  if (grandOwner === undefined && SCHEDULED_MINUTE.test(job)) {
    return known('CronJob', job.replace(SCHEDULED_MINUTE, ''));
  }
  return known('Job', labelled(pod, BARE_RUN_LABELS) ?? job.replace(GENERATED, ''));
}

/** True for a workload that stands for runs which may have nothing but their kind and image in common. */
export function isOneShotKind({ kind, name }: WorkloadRef): boolean {
  return ONE_RUN_KINDS.has(kind) || name.includes('/');
}

function labelled({ labels }: PodIdentity, names: readonly string[]): string | null {
  const name = names.map((one) => labels[one] ?? '').find((value) => value !== '');
  return name ?? null;
}

/** A run's name without what tells it from other runs; of a name that is nothing else the image's repository. */
function runName({ image }: PodIdentity, run: string): string {
  let name = run;
  while (RUN_SUFFIX.test(name)) name = name.replace(RUN_SUFFIX, '');
  const isNothing = !/[a-z]{2}/.test(name);
  return isNothing && image !== null ? repositoryOf(image) : name;
}
