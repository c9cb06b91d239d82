import type { ObjectLists } from '../../model/clusterObjects.ts';
import { roleBinding, roleObject, serviceAccount } from './objects/access.ts';
import { autoscaler, verticalAutoscaler } from './objects/autoscalers.ts';
import { serviceObject, volumeClaim } from './objects/claimsAndServices.ts';
import { ingress, networkPolicy } from './objects/network.ts';
import { nodeObject, deviceClaim, publishedDevices } from './objects/nodes.ts';
import {
  disruptionBudget,
  limitRanges,
  resourceQuota,
  admissionBinding,
  admissionPolicy,
  admissionWebhooks,
} from './objects/policies.ts';
import { workloadObject } from './objects/workloads.ts';
import type { RawObject } from './rawObjects.ts';

/** A kind of object that is read from the Kubernetes API, or from a file of its objects. */
export interface ResourceKind {
  /** As `kubectl api-resources` and RBAC rules call it. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  /** API versions that are understood, the preferred one first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly namespaced: boolean;
  /** `part`: a cluster without it is an ordinary cluster, so that its absence is no problem. */
  readonly need: 'standard' | 'part';
  /** Only its metadata is read: labels, annotations and owner. */
  readonly metadataOnly?: boolean;
  /** Read once an hour, for the review of access, network and defaults: `workloads.clusterReview` turns it off. */
  readonly isReviewed?: boolean;
  /** What is missing without it, as the end of a sentence. */
  readonly without: string;
  /** Puts what is read of an object into the lists; without it, it is a workload. */
  readonly take: (lists: ObjectLists, raw: RawObject) => void;
}

type Listed<K extends keyof ObjectLists> = ObjectLists[K][number];

function into<K extends keyof ObjectLists>(
  list: K,
  read: (raw: RawObject) => Listed<K> | readonly Listed<K>[],
): ResourceKind['take'] {
  return (lists, raw) => {
    const found = [read(raw)].flat() as readonly Listed<K>[];
    (lists[list] as Listed<K>[]).push(...found);
  };
}

type Unusual = Partial<Omit<ResourceKind, 'resource' | 'group' | 'kind' | 'without'>>;

/**
 * A kind by its name (`deployments.apps`): of `v1`, in namespaces, in every cluster, and a workload, unless told
 * otherwise.
 */
function kind(name: string, of: string, without: string, unusual: Unusual = {}): ResourceKind {
  const [resource = '', ...group] = name.split('.');
  return {
    resource,
    group: group.join('.'),
    kind: of,
    without,
    versions: ['v1'],
    namespaced: true,
    need: 'standard',
    take: into('workloads', workloadObject),
    ...unusual,
  };
}

/** A kind that only the review of the cluster reads. */
function reviewed(...[name, of, without, unusual]: Parameters<typeof kind>): ResourceKind {
  return kind(name, of, without, { ...unusual, isReviewed: true });
}

const OWNER_CHAIN = 'workloads of its pods are guessed from their names';
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const NO_RBAC = 'posture cannot say who may do what';
const NO_ADMISSION = 'posture cannot check admission';
const DEVICES = { need: 'part', versions: ['v1', 'v1beta2', 'v1beta1'] } as const;
const POLICIES = { need: 'part', versions: ['v1', 'v1beta1'], namespaced: false } as const;
const ROLES = { take: into('roles', roleObject) };
const BINDINGS = { take: into('roleBindings', roleBinding) };
const WEBHOOKS = { take: into('webhooks', admissionWebhooks), namespaced: false };

/** Everything that is read, in the order in which it is asked for. */
export const RESOURCES: readonly ResourceKind[] = [
  kind(
    'pods',
    'Pod',
    'commands, arguments, security settings and labels of pods are unknown: signatures in them are not seen, and owners named on pods neither',
  ),
  kind(
    'nodes',
    'Node',
    'instance type, region and capacity type of nodes come from metrics or stay unknown, and with them list prices',
    { namespaced: false, take: into('nodes', nodeObject) },
  ),
  kind('namespaces', 'Namespace', 'owners named on namespaces are unknown', { namespaced: false }),
  kind('replicasets.apps', 'ReplicaSet', OWNER_CHAIN, { metadataOnly: true }),
  kind(
    'deployments.apps',
    'Deployment',
    'owners named on Deployments, their desired replicas and who manages them are unknown',
  ),
  kind(
    'statefulsets.apps',
    'StatefulSet',
    'owners named on StatefulSets, their desired replicas and who manages them are unknown',
  ),
  kind(
    'daemonsets.apps',
    'DaemonSet',
    'owners named on DaemonSets and who manages them are unknown',
  ),
  kind('jobs.batch', 'Job', OWNER_CHAIN, { metadataOnly: true }),
  kind('cronjobs.batch', 'CronJob', 'owners named on CronJobs are unknown', {
    versions: ['v1', 'v1beta1'],
  }),
  kind(
    'horizontalpodautoscalers.autoscaling',
    'HorizontalPodAutoscaler',
    'recommendations know of autoscalers only what kube-state-metrics tells, and say so where it is nothing',
    { versions: ['v2', 'v2beta2', 'v1'], take: into('autoscalers', autoscaler) },
  ),
  kind(
    'verticalpodautoscalers.autoscaling.k8s.io',
    'VerticalPodAutoscaler',
    'recommendations cannot tell whose requests a VerticalPodAutoscaler sets',
    {
      versions: ['v1', 'v1beta2'],
      need: 'part',
      take: into('verticalAutoscalers', verticalAutoscaler),
    },
  ),
  kind(
    'resourcequotas',
    'ResourceQuota',
    'posture knows of quotas only what kube-state-metrics tells, without their scopes',
    { take: into('quotas', resourceQuota) },
  ),
  kind(
    'limitranges',
    'LimitRange',
    'posture knows of limit ranges only what kube-state-metrics tells',
    { take: into('limitRanges', limitRanges) },
  ),
  kind(
    'poddisruptionbudgets.policy',
    'PodDisruptionBudget',
    'posture cannot check disruption budgets',
    { versions: ['v1', 'v1beta1'], take: into('disruptionBudgets', disruptionBudget) },
  ),
  kind(
    'persistentvolumeclaims',
    'PersistentVolumeClaim',
    'storage classes and sizes of claims come from metrics or stay unknown',
    { take: into('claims', volumeClaim) },
  ),
  kind(
    'resourceclaims.resource.k8s.io',
    'ResourceClaim',
    'devices of ResourceClaims are charged only as far as kube-state-metrics tells',
    { ...DEVICES, take: into('deviceClaims', deviceClaim) },
  ),
  kind(
    'resourceslices.resource.k8s.io',
    'ResourceSlice',
    'devices that DRA drivers publish are known only as far as kube-state-metrics tells',
    { ...DEVICES, namespaced: false, take: into('publishedDevices', publishedDevices) },
  ),
  kind('services', 'Service', 'types and ports of Services come from metrics or stay unknown', {
    take: into('services', serviceObject),
  }),
  kind('rollouts.argoproj.io', 'Rollout', 'owners named on Rollouts are unknown', {
    versions: ['v1alpha1'],
    need: 'part',
  }),
  kind('services.serving.knative.dev', 'Service', 'owners named on Knative Services are unknown', {
    need: 'part',
  }),
  kind(
    'deploymentconfigs.apps.openshift.io',
    'DeploymentConfig',
    'owners named on DeploymentConfigs are unknown',
    { need: 'part' },
  ),
  reviewed('serviceaccounts', 'ServiceAccount', NO_RBAC, {
    take: into('serviceAccounts', serviceAccount),
  }),
  reviewed(`roles.${RBAC}`, 'Role', NO_RBAC, ROLES),
  reviewed(`rolebindings.${RBAC}`, 'RoleBinding', NO_RBAC, BINDINGS),
  reviewed(`clusterroles.${RBAC}`, 'ClusterRole', NO_RBAC, { ...ROLES, namespaced: false }),
  reviewed(`clusterrolebindings.${RBAC}`, 'ClusterRoleBinding', NO_RBAC, {
    ...BINDINGS,
    namespaced: false,
  }),
  reviewed(
    'networkpolicies.networking.k8s.io',
    'NetworkPolicy',
    'posture cannot say what the network lets through',
    { take: into('networkPolicies', networkPolicy) },
  ),
  reviewed('ingresses.networking.k8s.io', 'Ingress', 'posture cannot check Ingresses', {
    versions: ['v1', 'v1beta1'],
    take: into('ingresses', ingress),
  }),
  reviewed(
    `validatingwebhookconfigurations.${ADMISSION}`,
    'ValidatingWebhookConfiguration',
    NO_ADMISSION,
    WEBHOOKS,
  ),
  reviewed(
    `mutatingwebhookconfigurations.${ADMISSION}`,
    'MutatingWebhookConfiguration',
    NO_ADMISSION,
    WEBHOOKS,
  ),
  reviewed(`validatingadmissionpolicies.${ADMISSION}`, 'ValidatingAdmissionPolicy', NO_ADMISSION, {
    ...POLICIES,
    take: into('admissionPolicies', admissionPolicy),
  }),
  reviewed(
    `validatingadmissionpolicybindings.${ADMISSION}`,
    'ValidatingAdmissionPolicyBinding',
    NO_ADMISSION,
    { ...POLICIES, take: into('admissionBindings', admissionBinding) },
  ),
];

/** `pods`, `deployments.apps`: as RBAC and kubectl name it. */
export function resourceName({
  resource,
  group,
}: Pick<ResourceKind, 'resource' | 'group'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** The resource that an object belongs to; undefined for what is not read. */
export function resourceOf(apiVersion: string, kind: string): ResourceKind | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return RESOURCES.find((one) => one.kind === kind && one.group === group);
}
