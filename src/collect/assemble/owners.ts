import type { WorkloadRef } from '../../model/workload.ts';
import type { Owner } from '../identity.ts';
import type { Batch } from '../prometheus/batch.ts';
import { ownerRef } from './podTable.ts';
import { label, statedAt } from './series.ts';
import type { Statement } from './series.ts';

/** Who owns the ReplicaSets and Jobs of a batch. */
export interface OwnerIndex {
  /** The owner in that window: null when it has none, undefined when no source says. */
  ownerOf(namespace: string, object: WorkloadRef, point: number): Owner;
}

/** Indexes kube_replicaset_owner and kube_job_owner. */
export function buildOwnerIndex(batch: Batch): OwnerIndex {
  const owners = new Map<string, Statement<WorkloadRef | null>[]>();
  for (const [query, kind, nameLabel] of [
    ['replicaSetOwner', 'ReplicaSet', 'replicaset'],
    ['jobOwner', 'Job', 'job_name'],
  ] as const) {
    for (const series of batch.answers[query].series) {
      const key = `${label(series, 'namespace')}/${kind}/${label(series, nameLabel)}`;
      const value = ownerRef(label(series, 'owner_kind'), label(series, 'owner_name'));
      const known = owners.get(key);
      if (known === undefined) owners.set(key, [{ value, values: series.values }]);
      else known.push({ value, values: series.values });
    }
  }
  return {
    ownerOf(namespace, object, point) {
      const stated = statedAt(
        owners.get(`${namespace}/${object.kind}/${object.name}`) ?? [],
        point,
      );
      if (stated.length === 0) return undefined;
      return stated.find((owner) => owner !== null) ?? null;
    },
  };
}
