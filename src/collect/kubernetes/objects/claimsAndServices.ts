import type { V1PersistentVolumeClaimSpec, V1ServiceSpec } from '@kubernetes/client-node';
import type { ServiceObject, VolumeClaim } from '../../../model/clusterObjects.ts';
import { listOf } from './selector.ts';
import { annotationsOf, namedOf } from '../metadata.ts';
import { parseQuantity } from '../quantity.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';

/** Reads a PersistentVolumeClaim; its size is what it asks for. */
export function volumeClaim(raw: RawObject): VolumeClaim {
  const spec = (raw.spec ?? {}) as FromJson<V1PersistentVolumeClaimSpec>;
  const status = (raw.status ?? {}) as { readonly phase?: string };
  return {
    ...namedOf(raw),
    storageClass: spec.storageClassName ?? null,
    volume: spec.volumeName ?? null,
    bytes: parseQuantity(spec.resources?.requests?.['storage']),
    phase: status.phase ?? null,
  };
}

/** Reads a Service. */
export function serviceObject(raw: RawObject): ServiceObject {
  const spec = (raw.spec ?? {}) as FromJson<V1ServiceSpec>;
  return {
    ...namedOf(raw),
    type: spec.type ?? 'ClusterIP',
    selector: spec.selector ?? {},
    ports: (spec.ports ?? []).flatMap(({ port }) => port ?? []),
    targetPorts: (spec.ports ?? []).flatMap(({ port, targetPort }) => targetPort ?? port ?? []),
    externalIps: listOf(spec.externalIPs),
    sourceRanges: listOf(spec.loadBalancerSourceRanges),
    annotations: annotationsOf(raw.metadata),
  };
}
