import type { Amounts } from './podHold.ts';
import type { Reading } from './reading.ts';
import type { TimeMs } from './time.ts';
import type { WorkloadRef } from './workload.ts';
import type { LabelSelector, Named } from './labelSelector.ts';
import type {
  AdmissionBindingObject,
  AdmissionPolicyObject,
  IngressObject,
  NetworkPolicyObject,
  RoleBindingObject,
  RoleObject,
  ServiceAccountObject,
  WebhookObject,
} from './reviewedObjects.ts';

/**
 * What the Kubernetes API, or a file of its objects, lists of the cluster besides its pods. It is a state of
 * one moment: a snapshot carries it only when it was observed close to the window, since an unseen past is
 * unknown. Lists are sorted by namespace and name.
 */
export interface ClusterObjects {
  readonly observedAt: TimeMs;
  /** Resources that could not be read (`horizontalpodautoscalers.autoscaling`): their lists say nothing. */
  readonly missing: readonly string[];
  readonly workloads: readonly WorkloadObject[];
  readonly autoscalers: readonly Autoscaler[];
  readonly verticalAutoscalers: readonly VerticalAutoscaler[];
  readonly quotas: readonly ResourceQuota[];
  readonly limitRanges: readonly LimitRange[];
  readonly disruptionBudgets: readonly DisruptionBudget[];
  readonly claims: readonly VolumeClaim[];
  readonly deviceClaims: readonly DeviceClaim[];
  readonly publishedDevices: readonly PublishedDevices[];
  readonly services: readonly ServiceObject[];
  readonly nodes: readonly NodeObject[];
  readonly serviceAccounts: readonly ServiceAccountObject[];
  readonly roles: readonly RoleObject[];
  readonly roleBindings: readonly RoleBindingObject[];
  readonly networkPolicies: readonly NetworkPolicyObject[];
  readonly ingresses: readonly IngressObject[];
  readonly webhooks: readonly WebhookObject[];
  readonly admissionPolicies: readonly AdmissionPolicyObject[];
  readonly admissionBindings: readonly AdmissionBindingObject[];
}

/** A Deployment, StatefulSet, DaemonSet, CronJob, … as its owner wrote it. */
export interface WorkloadObject {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Desired replicas; unknown for kinds that have none. */
  readonly replicas: Reading;
  readonly createdAt: TimeMs | null;
  /** Labels of the pods that it makes. */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** A HorizontalPodAutoscaler. */
export interface Autoscaler extends Named {
  readonly target: WorkloadRef;
  readonly minReplicas: Reading;
  readonly maxReplicas: Reading;
  readonly currentReplicas: Reading;
  /** The shares of requests that it aims at; requests are free where it scales by something else. */
  readonly targets: readonly UtilizationTarget[];
  /** Other metrics that it scales by: custom and external ones, and resources by their amount. */
  readonly otherMetrics: readonly string[];
  /** The ScaledObject of KEDA that writes it; null where none does. */
  readonly scaledObject: string | null;
}

/** An average utilisation of requests that a HorizontalPodAutoscaler aims at. */
export interface UtilizationTarget {
  /** `cpu`, `memory`. */
  readonly resource: string;
  /** The only container whose request counts; null: all of the pod's. */
  readonly container: string | null;
  readonly percent: number;
}

/** A VerticalPodAutoscaler. */
export interface VerticalAutoscaler extends Named {
  readonly target: WorkloadRef;
  /** `Off`, `Initial`, `Recreate`, `InPlaceOrRecreate` or `Auto`. */
  readonly updateMode: string;
  /** What it sets, container by container (`*`: every other one); empty: everything. */
  readonly policies: readonly VerticalPolicy[];
  readonly recommendations: readonly {
    readonly container: string;
    readonly cpuCores: Reading;
    readonly ramBytes: Reading;
  }[];
}

export interface VerticalPolicy {
  readonly container: string;
  readonly isOff: boolean;
  /** `cpu`, `memory`. */
  readonly resources: readonly string[];
}

/** A ResourceQuota: cores, bytes or counts by resource name (`requests.cpu`, `limits.memory`, `pods`). */
export interface ResourceQuota extends Named {
  readonly hard: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
  /** True when it holds only for some pods (scopes, priority classes). */
  readonly scoped: boolean;
}

/** A LimitRange's entry for containers: cores or bytes by resource name (`cpu`, `memory`). */
export interface LimitRange extends Named {
  readonly defaultLimit: Readonly<Record<string, number>>;
  readonly defaultRequest: Readonly<Record<string, number>>;
  readonly min: Readonly<Record<string, number>>;
  readonly max: Readonly<Record<string, number>>;
}

/** A PodDisruptionBudget; its selector matches pod labels. */
export interface DisruptionBudget extends Named, LabelSelector {
  /** It has no selector, and covers no pod. */
  readonly selectsNone: boolean;
  readonly minAvailable: string | null;
  readonly maxUnavailable: string | null;
}

/** A PersistentVolumeClaim. */
export interface VolumeClaim extends Named {
  readonly storageClass: string | null;
  readonly volume: string | null;
  readonly bytes: Reading;
  readonly phase: string | null;
}

/** A ResourceClaim: the devices that are allocated to it, and the pods that it is reserved for. */
export interface DeviceClaim extends Named {
  readonly devices: readonly {
    readonly driver: string;
    readonly pool: string;
    readonly device: string;
  }[];
  readonly podUids: readonly string[];
}

/** The devices of a ResourceSlice that one node has. */
export interface PublishedDevices {
  readonly name: string;
  readonly node: string;
  readonly driver: string;
  readonly devices: readonly string[];
}

/** A Service. */
export interface ServiceObject extends Named {
  readonly type: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** Of every port, where the pods are called: a number or a port's name. */
  readonly targetPorts?: readonly (number | string)[];
  readonly externalIps?: readonly string[];
  /** Networks that its load balancer lets in; empty: all. */
  readonly sourceRanges?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A node beyond what a snapshot's sample says. */
export interface NodeObject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly providerId: string | null;
  readonly osImage?: string;
  readonly taints: readonly {
    readonly key: string;
    readonly value: string | null;
    readonly effect: string;
  }[];
  readonly cpuCores: Reading;
  readonly ramBytes: Reading;
  /** What it has besides CPU and memory, by resource. */
  readonly devices: Amounts;
  readonly allocatableCpuCores: Reading;
  readonly allocatableRamBytes: Reading;
  readonly unschedulable: boolean;
  /** `v1.34.4`; null where it is not known. */
  readonly kubeletVersion: string | null;
  readonly createdAt: TimeMs | null;
}

/** The lists of `ClusterObjects` while they are filled. */
export type ObjectLists = {
  -readonly [
    K in keyof Omit<ClusterObjects, 'observedAt' | 'missing'>
  ]: ClusterObjects[K][number][];
};

/** Every list, with nothing in any. */
export function emptyLists(): ObjectLists {
  return {
    workloads: [],
    autoscalers: [],
    verticalAutoscalers: [],
    quotas: [],
    limitRanges: [],
    disruptionBudgets: [],
    claims: [],
    deviceClaims: [],
    publishedDevices: [],
    services: [],
    nodes: [],
    serviceAccounts: [],
    roles: [],
    roleBindings: [],
    networkPolicies: [],
    ingresses: [],
    webhooks: [],
    admissionPolicies: [],
    admissionBindings: [],
  };
}

/** Every list read, and nothing in any. */
export function noObjects(observedAt: TimeMs): ClusterObjects {
  return { observedAt, missing: [], ...emptyLists() };
}

/** True when a list of objects could not be read, so that its emptiness says nothing. */
export function misses(objects: ClusterObjects, resource: string): boolean {
  return objects.missing.some((name) => name.toLowerCase().split('.')[0] === resource);
}

/** A workload as its owner wrote it; undefined where it is not listed. */
export function workloadIn(
  { workloads }: ClusterObjects,
  namespace: string,
  { kind, name }: WorkloadRef,
): WorkloadObject | undefined {
  return workloads.find(
    (one) =>
      one.namespace === namespace && one.workload.kind === kind && one.workload.name === name,
  );
}
