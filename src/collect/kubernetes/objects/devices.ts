import type { V1ResourceClaimStatus, V1ResourceSliceSpec } from '@kubernetes/client-node';
import type { DeviceClaim, PublishedDevices } from '../../../model/clusterObjects.ts';
import { namedOf } from '../metadata.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';
import { listOf } from './selector.ts';

/** Reads a ResourceClaim. Administrators look at devices that are others': what they see is not theirs. */
export function deviceClaim(raw: RawObject): DeviceClaim {
  const { allocation, reservedFor } = (raw.status ?? {}) as FromJson<V1ResourceClaimStatus>;
  return {
    ...namedOf(raw),
    devices: listOf(allocation?.devices?.results).flatMap(
      ({ driver = '', pool = '', device = '', adminAccess }) =>
        adminAccess === true ? [] : [{ driver, pool, device }],
    ),
    podUids: listOf(reservedFor).flatMap(({ resource, uid }) =>
      resource === 'pods' && uid !== undefined ? [uid] : [],
    ),
  };
}

/** Reads a ResourceSlice, by the nodes that have its devices; those that no single node has are left out. */
export function publishedDevices(raw: RawObject): readonly PublishedDevices[] {
  const { driver = '', nodeName, devices } = (raw.spec ?? {}) as FromJson<V1ResourceSliceSpec>;
  const byNode = new Map<string, string[]>();
  for (const device of listOf(devices)) {
    const node = device.nodeName ?? nodeName;
    if (node === undefined || device.name === undefined) continue;
    byNode.set(node, [...(byNode.get(node) ?? []), device.name]);
  }
  const name = raw.metadata?.name ?? '';
  return [...byNode].map(([node, names]) => ({ name, node, driver, devices: names }));
}
