import type { WorkloadRef } from '../model/workload.ts';

/** Who made an object: `null` means that nobody did, `undefined` that it is not known. */
export type Owner = WorkloadRef | null | undefined;

/** What is known of a pod when its workload is told. */
export interface PodIdentity {
  readonly name: string;
  /** The pod's controller. */
  readonly owner: Owner;
  /** The controller of the ReplicaSet or Job that owns the pod. */
  readonly grandOwner: Owner;
  readonly node: string | null;
  /** What the pod belongs to that owns this one (a Spark driver its executors); absent where none does. */
  readonly ownerPod?: ResolvedWorkload | null;
  /** Image of the first main container by name, for owners that live only once. */
  readonly image: string | null;
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
const ONE_SHOT = new Set([
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

/** Kinds that keep their name over many pods, whatever the name looks like. */
const LASTING = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'DeploymentConfig',
  'ReplicationController',
  'Rollout',
  'StatefulSet',
]);

/** The workload that a pod belongs to (see docs/architecture.md, "Identity"). */
export function workloadOf(pod: PodIdentity): ResolvedWorkload {
  const { owner } = pod;
  if (owner === undefined) return { workload: { kind: 'Pod', name: pod.name }, known: false };
  if (owner === null) return known('Pod', pod.name.replace(GENERATED, ''));
  switch (owner.kind) {
    case 'Node':
      return known('StaticPod', staticName(pod, owner.name));
    case 'Pod':
      return pod.ownerPod ?? { workload: owner, known: true };
    case 'ReplicaSet':
      return replicaSetWorkload(owner.name, pod.grandOwner);
    case 'Job':
      return jobWorkload(owner.name, pod.grandOwner);
    default:
      return isOneShot(owner)
        ? known(owner.kind, oneShotName(pod, owner))
        : { workload: owner, known: true };
  }
}

function known(kind: string, name: string): ResolvedWorkload {
  return { workload: { kind, name }, known: true };
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

function jobWorkload(job: string, grandOwner: Owner): ResolvedWorkload {
  if (grandOwner !== null && grandOwner !== undefined) return { workload: grandOwner, known: true };
  if (grandOwner === undefined && SCHEDULED_MINUTE.test(job)) {
    return known('CronJob', job.replace(SCHEDULED_MINUTE, ''));
  }
  return known('Job', job.replace(GENERATED, ''));
}

/** True for a workload that stands for runs which may have nothing but their kind and image in common. */
export function isOneShotKind({ kind, name }: WorkloadRef): boolean {
  return ONE_SHOT.has(kind) || name.includes('/');
}

function isOneShot(owner: WorkloadRef): boolean {
  if (ONE_SHOT.has(owner.kind)) return true;
  return !LASTING.has(owner.kind) && GENERATED.test(owner.name);
}

function oneShotName(pod: PodIdentity, owner: WorkloadRef): string {
  return pod.image === null ? owner.name.replace(GENERATED, '') : imageRepository(pod.image);
}

/** `ghcr.io/acme/build:v1@sha256:…` → `ghcr.io/acme/build`. */
export function imageRepository(image: string): string {
  const plain = image.replace(/@.*$/s, '');
  const slash = plain.lastIndexOf('/');
  const colon = plain.indexOf(':', slash + 1);
  return colon < 0 ? plain : plain.slice(0, colon);
}
