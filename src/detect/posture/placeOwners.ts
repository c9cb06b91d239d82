import type { OwnersConfig } from '../owners/config.ts';
import { ownerOn, routeFor } from '../owners/podOwners.ts';
import { CLUSTER } from './check.ts';
import type { PostureInput } from './postureInput.ts';

/** Who owns the list of each namespace and of the cluster; null: no owner is named. */
export type PlaceOwners = ReadonlyMap<string, string | null>;

/**
 * The first route that is of a namespace alone, else who it names itself. What belongs to no namespace is of the first
 * route for the findings of access.
 */
export function placeOwners(
  { namespaces, namespaceLabels, namespaceAnnotations }: PostureInput,
  { keys, routes }: Pick<OwnersConfig, 'keys' | 'routes'>,
): PlaceOwners {
  const routed = (known: Readonly<Record<string, string>>): string | null =>
    routeFor(routes, known, ({ owner }) => owner !== undefined)?.owner ?? null;
  const own = namespaces.map((name) => {
    const labels = namespaceLabels?.get(name) ?? {};
    const annotations = namespaceAnnotations?.get(name) ?? {};
    const named = ownerOn({ namespace: { labels, annotations } }, keys);
    return [name, routed({ namespace: name }) ?? named?.owner ?? null] as const;
  });
  return new Map([...own, [CLUSTER, routed({ kind: 'rbac' })]]);
}
