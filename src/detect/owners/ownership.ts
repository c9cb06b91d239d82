import { metadataLabels } from '../../store/silences/silence.ts';
import type { OwnersConfig } from './config.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { ownerOfPod, routeFor, type OwnerOrigin } from './podOwners.ts';
import { scopeOn } from '../verdict.ts';
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
    .map(([, pod]) => ownershipOfWorkload(pod, snapshot, config));
}

function ownershipOfWorkload(
  pod: PodSample,
  snapshot: Snapshot,
  config: { readonly owners: OwnersConfig },
): Ownership {
  const { namespace, workload } = pod;
  const place = { namespace, workload };
  const { keys, routes } = config.owners;
  const route = routeFor(routes, {
    namespace,
    workload: workload.name,
    ...metadataLabels(scopeLabels(scopeOn(place), snapshot, routedLabels(config))),
  });
  const slack = route?.slack ?? null;
  if (route?.owner !== undefined)
    return { ...place, owner: route.owner, from: { on: 'route', key: '' }, slack };
  return { ...place, owner: null, from: null, ...ownerOfPod(pod, snapshot, keys), slack };
}
