import type { Scope } from '../model/finding.ts';
import type { NamespaceFacts, PodSample, Snapshot } from '../model/snapshot.ts';
import { workloadKey } from '../model/workload.ts';

/** Owners of one window, by pod UID. Pods whose owner nobody names are not in it. */
export type PodOwners = ReadonlyMap<string, string>;

/** Longer texts are no owner but somebody's prose, or an attack on whoever reads it. */
const MAX_OWNER_LENGTH = 253;

/**
 * Who owns each pod of a window: the first of `keys` that the pod's annotations or labels carry, else
 * the first that its namespace carries. An annotation goes before a label of the same name.
 */
export function podOwners(snapshot: Snapshot, keys: readonly string[]): PodOwners {
  const owners = new Map<string, string>();
  for (const pod of snapshot.pods) {
    const owner = ownerIn(pod, keys) ?? ownerIn(snapshot.namespaces.get(pod.namespace), keys);
    if (owner !== null) owners.set(pod.uid, owner);
  }
  return owners;
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
      const owner = ownerIn(pod, keys);
      if (owner !== null) return owner;
    }
  }
  return ownerIn(snapshot.namespaces.get(namespace), keys);
}

function ownerIn(
  from: PodSample | NamespaceFacts | undefined,
  keys: readonly string[],
): string | null {
  if (from === undefined) return null;
  for (const key of keys) {
    const owner = (from.annotations[key] ?? from.labels[key] ?? '').trim();
    if (owner !== '' && owner.length <= MAX_OWNER_LENGTH) return owner;
  }
  return null;
}
