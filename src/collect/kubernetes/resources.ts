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
}

const OWNER_CHAIN = 'workloads of its pods are guessed from their names';
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const NO_RBAC = 'posture cannot say who may do what';
const NO_ADMISSION = 'posture cannot check admission';

/** A kind that only the review of the cluster reads; of `v1`, and in every cluster, unless told. */
function reviewed(
  kind: Omit<ResourceKind, 'versions' | 'need' | 'isReviewed'> &
    Partial<Pick<ResourceKind, 'versions' | 'need'>>,
): ResourceKind {
  return { versions: ['v1'], need: 'standard', ...kind, isReviewed: true };
}

/** Everything that is read, in the order in which it is asked for. */
export const RESOURCES: readonly ResourceKind[] = [
  {
    resource: 'pods',
    group: '',
    versions: ['v1'],
    kind: 'Pod',
    namespaced: true,
    need: 'standard',
    without:
      'commands, arguments, security settings and labels of pods are unknown: signatures in them are not seen, and owners named on pods neither',
  },
  {
    resource: 'nodes',
    group: '',
    versions: ['v1'],
    kind: 'Node',
    namespaced: false,
    need: 'standard',
    without:
      'instance type, region and capacity type of nodes come from metrics or stay unknown, and with them list prices',
  },
  {
    resource: 'namespaces',
    group: '',
    versions: ['v1'],
    kind: 'Namespace',
    namespaced: false,
    need: 'standard',
    without: 'owners named on namespaces are unknown',
  },
  {
    resource: 'replicasets',
    group: 'apps',
    versions: ['v1'],
    kind: 'ReplicaSet',
    namespaced: true,
    need: 'standard',
    metadataOnly: true,
    without: OWNER_CHAIN,
  },
  {
    resource: 'deployments',
    group: 'apps',
    versions: ['v1'],
    kind: 'Deployment',
    namespaced: true,
    need: 'standard',
    without: 'owners named on Deployments, their desired replicas and who manages them are unknown',
  },
  {
    resource: 'statefulsets',
    group: 'apps',
    versions: ['v1'],
    kind: 'StatefulSet',
    namespaced: true,
    need: 'standard',
    without:
      'owners named on StatefulSets, their desired replicas and who manages them are unknown',
  },
  {
    resource: 'daemonsets',
    group: 'apps',
    versions: ['v1'],
    kind: 'DaemonSet',
    namespaced: true,
    need: 'standard',
    without: 'owners named on DaemonSets and who manages them are unknown',
  },
  {
    resource: 'jobs',
    group: 'batch',
    versions: ['v1'],
    kind: 'Job',
    namespaced: true,
    need: 'standard',
    metadataOnly: true,
    without: OWNER_CHAIN,
  },
  {
    resource: 'cronjobs',
    group: 'batch',
    versions: ['v1', 'v1beta1'],
    kind: 'CronJob',
    namespaced: true,
    need: 'standard',
    without: 'owners named on CronJobs are unknown',
  },
  {
    resource: 'horizontalpodautoscalers',
    group: 'autoscaling',
    versions: ['v2', 'v2beta2', 'v1'],
    kind: 'HorizontalPodAutoscaler',
    namespaced: true,
    need: 'standard',
    without:
      'recommendations know of autoscalers only what kube-state-metrics tells, and say so where it is nothing',
  },
  {
    resource: 'verticalpodautoscalers',
    group: 'autoscaling.k8s.io',
    versions: ['v1', 'v1beta2'],
    kind: 'VerticalPodAutoscaler',
    namespaced: true,
    need: 'part',
    without: 'recommendations cannot tell whose requests a VerticalPodAutoscaler sets',
  },
  {
    resource: 'resourcequotas',
    group: '',
    versions: ['v1'],
    kind: 'ResourceQuota',
    namespaced: true,
    need: 'standard',
    without: 'posture knows of quotas only what kube-state-metrics tells, without their scopes',
  },
  {
    resource: 'limitranges',
    group: '',
    versions: ['v1'],
    kind: 'LimitRange',
    namespaced: true,
    need: 'standard',
    without: 'posture knows of limit ranges only what kube-state-metrics tells',
  },
  {
    resource: 'poddisruptionbudgets',
    group: 'policy',
    versions: ['v1', 'v1beta1'],
    kind: 'PodDisruptionBudget',
    namespaced: true,
    need: 'standard',
    without: 'posture cannot check disruption budgets',
  },
  {
    resource: 'persistentvolumeclaims',
    group: '',
    versions: ['v1'],
    kind: 'PersistentVolumeClaim',
    namespaced: true,
    need: 'standard',
    without: 'storage classes and sizes of claims come from metrics or stay unknown',
  },
  {
    resource: 'resourceclaims',
    group: 'resource.k8s.io',
    versions: ['v1', 'v1beta2', 'v1beta1'],
    kind: 'ResourceClaim',
    namespaced: true,
    need: 'part',
    without: 'devices of ResourceClaims are charged only as far as kube-state-metrics tells',
  },
  {
    resource: 'resourceslices',
    group: 'resource.k8s.io',
    versions: ['v1', 'v1beta2', 'v1beta1'],
    kind: 'ResourceSlice',
    namespaced: false,
    need: 'part',
    without: 'devices that DRA drivers publish are known only as far as kube-state-metrics tells',
  },
  {
    resource: 'services',
    group: '',
    versions: ['v1'],
    kind: 'Service',
    namespaced: true,
    need: 'standard',
    without: 'types and ports of Services come from metrics or stay unknown',
  },
  {
    resource: 'rollouts',
    group: 'argoproj.io',
    versions: ['v1alpha1'],
    kind: 'Rollout',
    namespaced: true,
    need: 'part',
    without: 'owners named on Rollouts are unknown',
  },
  {
    resource: 'services',
    group: 'serving.knative.dev',
    versions: ['v1'],
    kind: 'Service',
    namespaced: true,
    need: 'part',
    without: 'owners named on Knative Services are unknown',
  },
  {
    resource: 'deploymentconfigs',
    group: 'apps.openshift.io',
    versions: ['v1'],
    kind: 'DeploymentConfig',
    namespaced: true,
    need: 'part',
    without: 'owners named on DeploymentConfigs are unknown',
  },
  reviewed({
    resource: 'serviceaccounts',
    group: '',
    kind: 'ServiceAccount',
    namespaced: true,
    without: NO_RBAC,
  }),
  reviewed({
    resource: 'roles',
    group: RBAC,
    kind: 'Role',
    namespaced: true,
    without: NO_RBAC,
  }),
  reviewed({
    resource: 'rolebindings',
    group: RBAC,
    kind: 'RoleBinding',
    namespaced: true,
    without: NO_RBAC,
  }),
  reviewed({
    resource: 'clusterroles',
    group: RBAC,
    kind: 'ClusterRole',
    namespaced: false,
    without: NO_RBAC,
  }),
  reviewed({
    resource: 'clusterrolebindings',
    group: RBAC,
    kind: 'ClusterRoleBinding',
    namespaced: false,
    without: NO_RBAC,
  }),
  reviewed({
    resource: 'networkpolicies',
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    namespaced: true,
    without: 'posture cannot say what the network lets through',
  }),
  reviewed({
    resource: 'ingresses',
    group: 'networking.k8s.io',
    versions: ['v1', 'v1beta1'],
    kind: 'Ingress',
    namespaced: true,
    without: 'posture cannot check Ingresses',
  }),
  reviewed({
    resource: 'validatingwebhookconfigurations',
    group: ADMISSION,
    kind: 'ValidatingWebhookConfiguration',
    namespaced: false,
    without: NO_ADMISSION,
  }),
  reviewed({
    resource: 'mutatingwebhookconfigurations',
    group: ADMISSION,
    kind: 'MutatingWebhookConfiguration',
    namespaced: false,
    without: NO_ADMISSION,
  }),
  reviewed({
    resource: 'validatingadmissionpolicies',
    group: ADMISSION,
    versions: ['v1', 'v1beta1'],
    kind: 'ValidatingAdmissionPolicy',
    namespaced: false,
    need: 'part',
    without: NO_ADMISSION,
  }),
  reviewed({
    resource: 'validatingadmissionpolicybindings',
    group: ADMISSION,
    versions: ['v1', 'v1beta1'],
    kind: 'ValidatingAdmissionPolicyBinding',
    namespaced: false,
    need: 'part',
    without: NO_ADMISSION,
  }),
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
