import type {
  V1NodeSpec,
  V1NodeStatus,
  V1ResourceClaimStatus,
  V1ResourceSliceSpec,
} from '@kubernetes/client-node';
import type { DeviceClaim, NodeObject, PublishedDevices } from '../../../model/clusterObjects.ts';
import { isHugePages, type Amounts } from '../../../model/podHold.ts';
import type { Reading } from '../../../model/reading.ts';
import { labelsOf, parseTimestamp, namedOf } from '../metadata.ts';
import { metricAmounts, parseQuantity } from '../quantity.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';
import { listOf } from './selector.ts';

/** Reads a Node. */
export function nodeObject(raw: RawObject): NodeObject {
  const spec = (raw.spec ?? {}) as FromJson<V1NodeSpec>;
  const {
    capacity = {},
    allocatable = {},
    nodeInfo,
  } = (raw.status ?? {}) as FromJson<V1NodeStatus>;
  return {
    name: raw.metadata?.name ?? '',
    labels: labelsOf(raw.metadata),
    providerId: spec.providerID ?? null,
    ...(nodeInfo?.osImage && { osImage: nodeInfo.osImage }),
    taints: (spec.taints ?? []).map(({ key = '', value, effect = '' }) => ({
      key,
      value: value ?? null,
      effect,
    })),
    cpuCores: parseQuantity(capacity['cpu']),
    ramBytes: parseQuantity(capacity['memory']),
    devices: devicesOf(capacity),
    allocatableCpuCores: parseQuantity(allocatable['cpu']),
    allocatableRamBytes: allocatableRam(allocatable),
    unschedulable: spec.unschedulable ?? false,
    kubeletVersion: nodeInfo?.kubeletVersion ?? null,
    createdAt: parseTimestamp(raw.metadata?.creationTimestamp),
  };
}

function devicesOf(capacity: unknown): Amounts {
  const devices = Object.entries(metricAmounts(capacity)).filter(
    ([name, count]) => name !== 'cpu' && name !== 'memory' && count > 0,
  );
  return Object.fromEntries(devices);
}

/** Huge pages are memory too. */
function allocatableRam(allocatable: unknown): Reading {
  const { memory, ...others } = metricAmounts(allocatable);
  if (memory === undefined) return null;
  const pages = Object.entries(others).filter(([name]) => isHugePages(name));
  return pages.reduce((sum, [, bytes]) => sum + bytes, memory);
}

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
