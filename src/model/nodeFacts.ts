import { NODE_LABELS, RESERVED_LABELS, SOLD_SYSTEMS, SPOT_LABELS } from './nodeLabels.ts';
import { metricName } from './resources.ts';
import type { NodeSample } from './snapshot.ts';

export type CapacityType = 'on-demand' | 'spot' | 'reserved';

/** What a node's labels say about how it is billed; null where they do not. */
export interface NodeFacts {
  readonly instanceType: string | null;
  readonly region: string | null;
  /** Names of its zone: the label's and, on AWS, the zone's ID. */
  readonly zones: readonly string[];
  readonly capacityType: CapacityType;
  /** `windows`, `linux`; `rhel` and `suse`, which cost more where the cloud sells them; null where nothing says. */
  readonly os: string | null;
}

/** Reads instance type, region and capacity type from the well-known labels of EKS, GKE, AKS and Karpenter. */
export function nodeFacts(
  node: Pick<NodeSample, 'labels' | 'osImage'>,
  spotLabels: readonly Readonly<Record<string, string>>[] = [],
): NodeFacts {
  const isAny = (pairs: readonly (readonly [string, string])[]): boolean =>
    pairs.some(
      ([key, value]) => nodeLabel(node.labels, key)?.toLowerCase() === value.toLowerCase(),
    );
  const spot = isAny(SPOT_LABELS) || spotLabels.some((match) => matchesNode(node, match));
  return {
    instanceType: firstLabel(node.labels, NODE_LABELS.instanceType),
    region: firstLabel(node.labels, NODE_LABELS.region),
    zones: NODE_LABELS.zone
      .map((key) => nodeLabel(node.labels, key))
      .filter((zone) => zone !== undefined),
    capacityType: spot ? 'spot' : isAny(RESERVED_LABELS) ? 'reserved' : 'on-demand',
    os: soldSystem(node.osImage) ?? firstLabel(node.labels, NODE_LABELS.os)?.toLowerCase() ?? null,
  };
}

/** Systems with a price of their own. CoreOS comes with OpenShift, and no cloud sells it by the hour. */
function soldSystem(osImage = ''): string | null {
  const found = SOLD_SYSTEMS.find(([, name]) => name.test(osImage));
  return found?.[0] ?? null;
}

/** Names of labels, all of tables and of the configuration, as kube-state-metrics writes them. */
const MANGLED = new Map<string, readonly [name: string, prefixed: string]>();

function mangledNames(key: string): readonly [name: string, prefixed: string] {
  let names = MANGLED.get(key);
  if (names === undefined) {
    const name = metricName(key);
    MANGLED.set(key, (names = [name, `label_${name}`]));
  }
  return names;
}

/**
 * A node's label by its Kubernetes name, or by the name that kube-state-metrics makes of it (`a_b_c` for
 * `a.b/c`), from which the true one cannot be derived.
 */
export function nodeLabel(
  labels: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  const own = labels[key];
  if (own !== undefined) return own;
  const [name, prefixed] = mangledNames(key);
  return labels[name] ?? labels[prefixed];
}

/** True when every label of `match` is on the node with that very value; an empty match fits all. */
export function matchesNode(
  node: Pick<NodeSample, 'labels'>,
  match: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(match).every(([key, value]) => nodeLabel(node.labels, key) === value);
}

/** The first of these labels that is set. */
export function firstLabel(
  labels: Readonly<Record<string, string>>,
  keys: readonly string[],
): string | null {
  for (const key of keys) {
    const value = nodeLabel(labels, key);
    if (value !== undefined && value !== '') return value;
  }
  return null;
}
