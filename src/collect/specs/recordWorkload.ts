import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { workloadOf, type ResolvedWorkload } from '../identity.ts';
import type { PodRecord } from '../kubernetes/podRecord.ts';

/**
 * The workload of a pod by its owner chain; `known` is false where the controller of its ReplicaSet or Job
 * was not told, so that only the shape of the name speaks.
 *
 * @param owners who controls a ReplicaSet or Job, by `NAMESPACE/KIND/NAME`.
 */
export function workloadOfRecord(
  record: PodRecord,
  owners: ReadonlyMap<string, WorkloadRef | null>,
): ResolvedWorkload {
  const { namespace, name, generatedFrom, owner, node, labels } = record;
  const grandOwner = owner === null ? undefined : owners.get(workloadKey(namespace, owner));
  const isGuess =
    grandOwner === undefined && (owner?.kind === 'ReplicaSet' || owner?.kind === 'Job');
  const resolved = workloadOf({
    name,
    generatedFrom,
    owner,
    grandOwner,
    node,
    labels,
    image: mainImage(record),
  });
  return { workload: resolved.workload, known: resolved.known && !isGuess };
}

/** The image that stands for the pod: of its first main container by name, as metrics tell it too. */
function mainImage({ containers }: PodRecord): string | null {
  let first: PodRecord['containers'][number] | null = null;
  for (const one of containers) {
    if (one.role === 'main' && one.image !== '' && (first === null || one.name < first.name)) {
      first = one;
    }
  }
  return first?.image ?? null;
}
