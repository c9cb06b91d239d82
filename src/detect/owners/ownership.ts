import { metadataLabels } from '../../store/silences/silence.ts';
import type { OwnerRoute, OwnersConfig } from './config.ts';
import type { NamespaceFacts, PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { ownerIn } from './podOwners.ts';
import { scopeLabels, routedLabels } from './scopeLabels.ts';

/** Who owns one workload, and what says so. */
export interface Ownership {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  /** As written; null where nobody is named. Several are separated by commas. */
  readonly owner: string | null;
  readonly from: OwnerOrigin | null;
  /** Where a route of the configuration sends everything about it; null without one. */
  readonly slack: string | null;
}

/** `route` is the operator's own word; the rest is what the workload or its namespace says. */
export interface OwnerOrigin {
  readonly on: 'route' | 'workload' | 'pod' | 'namespace';
  /** The label or annotation; empty for a route. */
  readonly key: string;
}

/**
 * Who owns every workload of a window, by namespace and name. Routes that are only for some kinds of findings
 * or severities do not say whose a workload is, and are left out.
 */
export function ownershipOf(
  snapshot: Snapshot,
  config: { readonly owners: OwnersConfig },
): readonly Ownership[] {
  const first = new Map<string, PodSample>();
  for (const pod of snapshot.pods) {
    const key = workloadKey(pod.namespace, pod.workload);
    if (!first.has(key)) first.set(key, pod);
  }
  return [...first]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, pod]) => ownershipOfWorkload(key, pod, snapshot, config));
}

function ownershipOfWorkload(
  key: string,
  pod: PodSample,
  snapshot: Snapshot,
  config: { readonly owners: OwnersConfig },
): Ownership {
  const { namespace, workload } = pod;
  const place = { namespace, workload };
  const route = routeOf(place, snapshot, config);
  const slack = route?.slack ?? null;
  if (route?.owner !== undefined) {
    return { ...place, owner: route.owner, from: { on: 'route', key: '' }, slack };
  }
  const said = saidBy(key, pod, snapshot, config.owners.keys);
  return { ...place, owner: said?.owner ?? null, from: said?.from ?? null, slack };
}

function routeOf(
  place: Pick<Ownership, 'namespace' | 'workload'>,
  snapshot: Snapshot,
  config: { readonly owners: OwnersConfig },
): OwnerRoute | undefined {
  const scope = { ...place, container: null, subject: null };
  const labels: Readonly<Record<string, string>> = {
    namespace: place.namespace,
    workload: place.workload.name,
    ...metadataLabels(scopeLabels(scope, snapshot, routedLabels(config))),
  };
  return config.owners.routes.find(({ match }) =>
    Object.entries(match).every(([name, value]) => labels[name] === value),
  );
}

type Carrier = Pick<NamespaceFacts, 'labels' | 'annotations'>;

function saidBy(
  key: string,
  pod: PodSample,
  snapshot: Snapshot,
  keys: readonly string[],
): { readonly owner: string; readonly from: OwnerOrigin } | null {
  const levels: readonly (readonly [OwnerOrigin['on'], Carrier | undefined])[][] = [
    [
      ['workload', snapshot.workloads?.get(key)],
      ['pod', pod],
    ],
    [['namespace', snapshot.namespaces.get(pod.namespace)]],
  ];
  for (const level of levels) {
    for (const name of keys) {
      for (const [on, carrier] of level) {
        const owner = carrier === undefined ? null : ownerIn([carrier], [name]);
        if (owner !== null) return { owner, from: { on, key: name } };
      }
    }
  }
  return null;
}
