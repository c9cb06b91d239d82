import type { NodeSample } from './snapshot.ts';

export type CapacityType = 'on-demand' | 'spot';

/** What a node's labels say about how it is billed; null where they do not. */
export interface NodeFacts {
  readonly instanceType: string | null;
  readonly region: string | null;
  /** Names of its zone: the label's and, on AWS, the zone's ID. */
  readonly zones: readonly string[];
  readonly capacityType: CapacityType;
}

const INSTANCE_TYPE = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'];
const REGION = ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'];
const ZONE = [
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.k8s.aws/zone-id',
];

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

/** Reads instance type, region and capacity type from the well-known labels of EKS, GKE, AKS and Karpenter. */
export function nodeFacts(node: Pick<NodeSample, 'labels'>): NodeFacts {
  const spot = SPOT.some(
    ([key, value]) => nodeLabel(node.labels, key)?.toLowerCase() === value.toLowerCase(),
  );
  return {
    instanceType: firstLabel(node.labels, INSTANCE_TYPE),
    region: firstLabel(node.labels, REGION),
    zones: ZONE.map((key) => nodeLabel(node.labels, key)).filter((zone) => zone !== undefined),
    capacityType: spot ? 'spot' : 'on-demand',
  };
}

/**
 * A node's label by its Kubernetes name, or by the name that kube-state-metrics makes of it (`a_b_c` for
 * `a.b/c`), from which the true one cannot be told.
 */
export function nodeLabel(
  labels: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  const mangled = key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return labels[key] ?? labels[mangled] ?? labels[`label_${mangled}`];
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
