import type { V1NodeSpec, V1NodeStatus } from '@kubernetes/client-node';
import type { NodeObject } from '../../../model/clusterObjects.ts';
import { isHugePages, type Amounts } from '../../../model/podHold.ts';
import type { Reading } from '../../../model/reading.ts';
import { labelsOf, parseTimestamp } from '../metadata.ts';
import { metricAmounts, parseQuantity } from '../quantity.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';

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
