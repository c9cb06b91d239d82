/** A resource that the stand-in serves. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

function core(plural: string, kind: string, shortNames: readonly string[] = [], namespaced = true) {
  return { group: '', version: 'v1', plural, kind, namespaced, shortNames };
}

function of(group: string, version: string, plural: string, kind: string, ...shortNames: string[]) {
  return { group, version, plural, kind, namespaced: true, shortNames };
}

const RBAC = 'rbac.authorization.k8s.io';

function ofCluster(group: string, plural: string, kind: string) {
  return { group, version: 'v1', plural, kind, namespaced: false };
}

/** What a cluster of today serves, as far as anything here asks for it. */
export const STANDARD_RESOURCES: readonly ServedResource[] = [
  core('pods', 'Pod', ['po']),
  core('nodes', 'Node', ['no'], false),
  core('namespaces', 'Namespace', ['ns'], false),
  core('services', 'Service', ['svc']),
  core('persistentvolumeclaims', 'PersistentVolumeClaim', ['pvc']),
  core('resourcequotas', 'ResourceQuota', ['quota']),
  core('limitranges', 'LimitRange', ['limits']),
  core('events', 'Event', ['ev']),
  of('apps', 'v1', 'deployments', 'Deployment', 'deploy'),
  of('apps', 'v1', 'replicasets', 'ReplicaSet', 'rs'),
  of('apps', 'v1', 'statefulsets', 'StatefulSet', 'sts'),
  of('apps', 'v1', 'daemonsets', 'DaemonSet', 'ds'),
  of('batch', 'v1', 'jobs', 'Job'),
  of('batch', 'v1', 'cronjobs', 'CronJob', 'cj'),
  of('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'hpa'),
  of('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', 'pdb'),
  of('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  core('serviceaccounts', 'ServiceAccount', ['sa']),
  of(RBAC, 'v1', 'roles', 'Role'),
  of(RBAC, 'v1', 'rolebindings', 'RoleBinding'),
  ofCluster(RBAC, 'clusterroles', 'ClusterRole'),
  ofCluster(RBAC, 'clusterrolebindings', 'ClusterRoleBinding'),
  // Answered by `reviews.ts`, never stored.
  ofCluster('authentication.k8s.io', 'tokenreviews', 'TokenReview'),
  ofCluster('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview'),
  ofCluster('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  of('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', 'netpol'),
  of('networking.k8s.io', 'v1', 'ingresses', 'Ingress', 'ing'),
  ...[
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicyBinding',
  ].map((kind) => ofCluster('admissionregistration.k8s.io', `${kind.toLowerCase()}s`, kind)),
  ofCluster(
    'admissionregistration.k8s.io',
    'validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
  ),
];

/** Custom resources that a cluster may have. */
export const CUSTOM_RESOURCES: readonly ServedResource[] = [
  of('argoproj.io', 'v1alpha1', 'rollouts', 'Rollout', 'ro'),
  of('serving.knative.dev', 'v1', 'services', 'Service', 'ksvc'),
  of('autoscaling.k8s.io', 'v1', 'verticalpodautoscalers', 'VerticalPodAutoscaler', 'vpa'),
];

/** What an installation makes besides. */
export const INSTALL_RESOURCES: readonly ServedResource[] = [
  core('configmaps', 'ConfigMap', ['cm']),
];

/** `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: ServedResource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `pods`, `deployments.apps`. */
export function nameOf({ group, plural }: ServedResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}
