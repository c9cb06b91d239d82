import {
  workloadIn,
  type ClusterObjects,
  type WorkloadObject,
} from '../../../model/clusterObjects.ts';
import type { WorkloadRef } from '../../../model/workload.ts';

/** What writes a workload's manifest again, so that a live patch of it would not last. */
export interface ManagedBy {
  readonly tool: 'Helm' | 'Argo CD' | 'Flux' | 'the provider of the cluster';
  /** Release, application or object that it belongs to; null where its labels do not say. */
  readonly name: string | null;
  /** How what it writes is changed: by the values of a chart, or by a patch of a manifest; null: not in Git. */
  readonly form: 'helm' | 'kustomize' | null;
}

const ARGO_ANNOTATION = 'argocd.argoproj.io/tracking-id';
const HELM_ANNOTATION = 'meta.helm.sh/release-name';

/** True for an annotation that tells what writes a workload's manifest. */
export function isOfManager(annotation: string): boolean {
  return annotation === ARGO_ANNOTATION || annotation === HELM_ANNOTATION;
}

/** Namespaces that a provider fills, and nobody else. */
const OF_PROVIDERS = /^(?:gke-managed-.+|gmp-system|openshift-.+|tigera-operator|calico-system)$/;

/** Add-ons of kubeadm and of managed clusters in kube-system. */
const ADD_ONS =
  /^(?:coredns.*|kube-(?:dns|proxy|flannel|apiserver|scheduler|controller-manager)(?:-.*)?|etcd|aws-node|(?:ebs|efs|fsx|s3)-csi-.*|csi-.*|snapshot-controller|eks-.*|metrics-server.*|konnectivity-agent.*|cloud-node-manager.*|azure-.*|ama-.*|omsagent.*|gke-.*|pdcsi-.*|filestore-node|fluentbit-gke.*|netd|anetd|node-local-dns|ip-masq-agent|event-exporter-gke|l7-default-backend|cilium.*|calico-.*)$/;

const ADD_ON_LABELS = [
  'addonmanager.kubernetes.io/mode',
  'kubernetes.azure.com/managedby',
  'eks.amazonaws.com/component',
];

/** True for what a managed cluster, or its installer, writes again. */
function isAddOn(
  namespace: string,
  workload: WorkloadRef,
  labels: WorkloadObject['labels'],
): boolean {
  return (
    OF_PROVIDERS.test(namespace) ||
    (namespace === 'kube-system' && ADD_ONS.test(workload.name)) ||
    labels['app.kubernetes.io/managed-by'] === 'EKS' ||
    ADD_ON_LABELS.some((label) => labels[label] !== undefined)
  );
}

/** Recognises Argo CD, Flux, Helm and add-ons by what they set and are called. */
export function managerOf(
  objects: ClusterObjects | null,
  namespace: string,
  workload: WorkloadRef,
): ManagedBy | null {
  const object = objects === null ? undefined : workloadIn(objects, namespace, workload);
  const labels: WorkloadObject['labels'] = object?.labels ?? {};
  const annotations: WorkloadObject['annotations'] = object?.annotations ?? {};
  const argo = annotations[ARGO_ANNOTATION];
  const instance = labels['argocd.argoproj.io/instance'] ?? argo?.split(':', 1)[0];
  const isChart = labels['helm.sh/chart'] !== undefined || labels['heritage'] === 'Helm';
  if (instance !== undefined)
    return { tool: 'Argo CD', name: instance, form: isChart ? 'helm' : 'kustomize' };
  const helm = labels['helm.toolkit.fluxcd.io/name'];
  if (helm !== undefined) return { tool: 'Flux', name: helm, form: 'helm' };
  const flux = labels['kustomize.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return { tool: 'Flux', name: flux, form: 'kustomize' };
  const release = annotations[HELM_ANNOTATION];
  if (release !== undefined) return { tool: 'Helm', name: release, form: 'helm' };
  if (isAddOn(namespace, workload, labels))
    return { tool: 'the provider of the cluster', name: null, form: null };
  const isHelm = labels['app.kubernetes.io/managed-by'] === 'Helm' || isChart;
  if (!isHelm) return null;
  return { tool: 'Helm', name: labels['app.kubernetes.io/instance'] ?? null, form: 'helm' };
}
