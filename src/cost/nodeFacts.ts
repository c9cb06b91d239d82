import type { NodeSample } from '../model/snapshot.ts';

export type CapacityType = 'on-demand' | 'spot';
export type Cloud = 'aws' | 'gcp' | 'azure';

/** What a node's labels and provider ID say about how it is billed; null where they do not. */
export interface NodeFacts {
  readonly cloud: Cloud | null;
  readonly instanceType: string | null;
  readonly region: string | null;
  readonly capacityType: CapacityType;
}

const INSTANCE_TYPE = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'];
const REGION = ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'];

/** Label and value that mark interruptible capacity, compared without regard to case. */
const SPOT: readonly (readonly [string, string])[] = [
  ['karpenter.sh/capacity-type', 'spot'],
  ['eks.amazonaws.com/capacityType', 'spot'],
  ['cloud.google.com/gke-spot', 'true'],
  ['cloud.google.com/gke-preemptible', 'true'],
  ['cloud.google.com/gke-provisioning', 'spot'],
  ['kubernetes.azure.com/scalesetpriority', 'spot'],
  ['node.kubernetes.io/lifecycle', 'spot'],
];

const CLOUD_BY_PROVIDER: Readonly<Record<string, Cloud>> = {
  aws: 'aws',
  gce: 'gcp',
  azure: 'azure',
};

const CLOUD_BY_LABEL: readonly (readonly [string, Cloud])[] = [
  ['eks.amazonaws.com/', 'aws'],
  ['k8s.amazonaws.com/', 'aws'],
  ['cloud.google.com/', 'gcp'],
  ['kubernetes.azure.com/', 'azure'],
];

/** Reads instance type, region and capacity type from the well-known labels of EKS, GKE, AKS and Karpenter. */
export function nodeFacts(node: NodeSample): NodeFacts {
  const spot = SPOT.some(
    ([key, value]) => nodeLabel(node.labels, key)?.toLowerCase() === value.toLowerCase(),
  );
  return {
    cloud: cloudOf(node),
    instanceType: firstLabel(node.labels, INSTANCE_TYPE),
    region: firstLabel(node.labels, REGION),
    capacityType: spot ? 'spot' : 'on-demand',
  };
}

/**
 * A node's label by its Kubernetes name. kube-state-metrics writes `a.b/c` as `label_a_b_c`, from which
 * the true name cannot be told, so that form is accepted too.
 */
export function nodeLabel(
  labels: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  return labels[key] ?? labels[`label_${key.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`];
}

/** True when every label of `match` is on the node with that very value; an empty match fits all. */
export function matchesNode(node: NodeSample, match: Readonly<Record<string, string>>): boolean {
  return Object.entries(match).every(([key, value]) => nodeLabel(node.labels, key) === value);
}

function firstLabel(
  labels: Readonly<Record<string, string>>,
  keys: readonly string[],
): string | null {
  for (const key of keys) {
    const value = nodeLabel(labels, key);
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

function cloudOf(node: NodeSample): Cloud | null {
  const provider = /^([a-z]+):\/\//.exec(node.providerId ?? '')?.[1];
  const known = provider === undefined ? undefined : CLOUD_BY_PROVIDER[provider];
  if (known !== undefined) return known;
  const keys = Object.keys(node.labels);
  return CLOUD_BY_LABEL.find(([prefix]) => keys.some((key) => key.includes(prefix)))?.[1] ?? null;
}
