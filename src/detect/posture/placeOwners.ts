import type { OwnersConfig } from '../owners/config.ts';
import { placeOwner } from '../owners/podOwners.ts';
import { CLUSTER } from './check.ts';
import type { PostureInput } from './postureInput.ts';

/** Who owns the list of each namespace and of the cluster; null: no owner is named. */
export type PlaceOwners = ReadonlyMap<string, string | null>;

/** By routes, labels and annotations. */
export function placeOwners(
  { namespaces, namespaceLabels, namespaceAnnotations }: PostureInput,
  config: Pick<OwnersConfig, 'keys' | 'routes'>,
): PlaceOwners {
  const own = namespaces.map((namespace) => {
    const labels = namespaceLabels?.get(namespace) ?? {};
    const annotations = namespaceAnnotations?.get(namespace) ?? {};
    return [namespace, placeOwner({ namespace, labels, annotations }, config)] as const;
  });
  return new Map([...own, [CLUSTER, placeOwner(null, config)]]);
}
