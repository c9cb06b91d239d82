import type { Scope } from '../../model/finding.ts';
import type { OwnerRoute } from './config.ts';
import type { NamespaceFacts, PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey } from '../../model/workload.ts';

/** Owners of one window, by pod UID. Pods whose owner nobody names are not in it. */
export type PodOwners = ReadonlyMap<string, string>;

/** Longer texts are no owner but somebody's prose, or an attack on whoever reads it. */
const MAX_OWNER_LENGTH = 253;

/** Anything that carries labels and annotations. */
type Carrier = Pick<NamespaceFacts, 'labels' | 'annotations'>;

/** `route` is the operator's own word; the rest is what the workload or its namespace says. */
export interface OwnerOrigin {
  readonly on: 'route' | 'workload' | 'pod' | 'namespace';
  /** The label or annotation; empty for a route. */
  readonly key: string;
}

/** Who owns something, as written (several are separated by commas), and what says so. */
interface NamedOwner {
  readonly owner: string;
  readonly from: OwnerOrigin;
}

/** Who owns each pod of a window, as `ownerOfPod` says. */
export function podOwners(snapshot: Snapshot, keys: readonly string[]): PodOwners {
  return new Map(
    snapshot.pods.flatMap((pod) => {
      const named = ownerOfPod(pod, snapshot, keys);
      return named === null ? [] : [[pod.uid, named.owner] as const];
    }),
  );
}

/**
 * The first of `keys` that a pod's workload carries, else the first that its namespace carries. A workload carries what
 * is on itself (the Deployment), then what is on its pods; an annotation goes before a label of the same name.
 */
export function ownerOfPod(
  pod: PodSample,
  snapshot: Snapshot,
  keys: readonly string[],
): NamedOwner | null {
  return ownerOnPod(pod, snapshot, keys) ?? ownerOfNamespace(snapshot, pod.namespace, keys);
}

/** Who owns what a finding is about: its workload's first pod with an owner, else its namespace. */
export function scopeOwner(
  scope: Scope,
  snapshot: Snapshot,
  keys: readonly string[],
): string | null {
  const { namespace, workload } = scope;
  if (namespace === null) return null;
  if (workload !== null) {
    const wanted = workloadKey(namespace, workload);
    for (const pod of snapshot.pods) {
      if (pod.namespace !== namespace || workloadKey(namespace, pod.workload) !== wanted) continue;
      const named = ownerOnPod(pod, snapshot, keys);
      if (named !== null) return named.owner;
    }
  }
  return ownerOfNamespace(snapshot, namespace, keys)?.owner ?? null;
}

function ownerOnPod(
  pod: PodSample,
  { workloads }: Snapshot,
  keys: readonly string[],
): NamedOwner | null {
  const workload = workloads?.get(workloadKey(pod.namespace, pod.workload));
  return ownerOn({ workload, pod }, keys);
}

function ownerOfNamespace(
  { namespaces }: Snapshot,
  name: string,
  keys: readonly string[],
): NamedOwner | null {
  return ownerOn({ namespace: namespaces.get(name) }, keys);
}

/** The first route of those asked for whose labels are all among these. */
export function routeFor(
  routes: readonly OwnerRoute[],
  labels: Readonly<Record<string, string>>,
  isAskedFor: (route: OwnerRoute) => boolean = () => true,
): OwnerRoute | undefined {
  return routes.find(
    (route) =>
      isAskedFor(route) &&
      Object.entries(route.match).every(([name, value]) => labels[name] === value),
  );
}

/** The first owner that the first of `keys` names, looked for on each carrier in turn. */
export function ownerOn(
  carriers: Readonly<Partial<Record<OwnerOrigin['on'], Carrier | undefined>>>,
  keys: readonly string[],
): NamedOwner | null {
  for (const key of keys) {
    for (const on of ['workload', 'pod', 'namespace'] as const) {
      const carrier = carriers[on];
      const owner = (carrier?.annotations[key] ?? carrier?.labels[key] ?? '').trim();
      if (owner === '' || owner.length > MAX_OWNER_LENGTH) continue;
      const names = /[,;]/.test(owner) ? ownerNames(owner).join(', ') : owner;
      return { owner: names, from: { on, key } };
    }
  }
  return null;
}

/** More owners of one thing than this are a mistake, or an attempt to tell everybody. */
const MAX_OWNERS = 10;

/** The owners that a text names: `team-shop, ops@example.com` are two. */
export function ownerNames(text: string): readonly string[] {
  const names = text
    .split(/[,;]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [...new Set(names)].slice(0, MAX_OWNERS);
}
