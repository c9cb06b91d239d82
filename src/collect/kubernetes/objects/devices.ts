import type { DeviceClaim, PublishedDevices } from '../../../model/clusterObjects.ts';
import { namedOf } from '../metadata.ts';
import type { RawObject } from '../rawObjects.ts';
import { listOf } from './selector.ts';

interface RawClaimStatus {
  readonly allocation?: {
    readonly devices?: {
      readonly results?: readonly {
        readonly driver?: string;
        readonly pool?: string;
        readonly device?: string;
        readonly adminAccess?: boolean;
      }[];
    };
  };
  readonly reservedFor?: readonly { readonly resource?: string; readonly uid?: string }[];
}

/** Reads a ResourceClaim. Administrators look at devices that are others': what they see is not theirs. */
export function deviceClaim(raw: RawObject): DeviceClaim {
  const { allocation, reservedFor } = (raw.status ?? {}) as RawClaimStatus;
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

interface RawSliceSpec {
  readonly driver?: string;
  readonly nodeName?: string;
  readonly devices?: readonly { readonly name?: string; readonly nodeName?: string }[];
}

/** Reads a ResourceSlice, by the nodes that have its devices; those that no single node has are left out. */
export function publishedDevices(raw: RawObject): readonly PublishedDevices[] {
  const { driver = '', nodeName, devices } = (raw.spec ?? {}) as RawSliceSpec;
  const byNode = new Map<string, string[]>();
  for (const device of listOf(devices)) {
    const node = device.nodeName ?? nodeName;
    if (node === undefined || device.name === undefined) continue;
    byNode.set(node, [...(byNode.get(node) ?? []), device.name]);
  }
  const name = raw.metadata?.name ?? '';
  return [...byNode].map(([node, names]) => ({ name, node, driver, devices: names }));
}
