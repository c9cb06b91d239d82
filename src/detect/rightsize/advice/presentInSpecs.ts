import type { Inventory } from '../../../collect/specs/inventory.ts';
import { workloadOfRecord } from '../../../collect/specs/recordWorkload.ts';
import type { PresentObjects } from './readAdvice.ts';

/** What advice needs of the cluster, from specifications alone. */
export function presentInSpecs({ objects, owners, pods }: Inventory): PresentObjects {
  return {
    objects,
    pods: [...pods.values()].map((record) => ({
      namespace: record.namespace,
      name: record.name,
      workload: workloadOfRecord(record, owners).workload,
      spec: record.spec,
      containers: [],
    })),
  };
}
