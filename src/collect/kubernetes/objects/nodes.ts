import type { NodeObject } from '../../../model/clusterObjects.ts';
import { maxKnown } from '../../../model/reading.ts';
import { labelsOf, parseTime } from '../metadata.ts';
import { parseQuantity } from '../quantity.ts';
import type { RawObject } from '../rawObjects.ts';
import { GPU_RESOURCES } from '../../../model/resources.ts';

interface RawNodeSpec {
  readonly providerID?: string;
  readonly unschedulable?: boolean;
  readonly taints?: readonly {
    readonly key?: string;
    readonly value?: string;
    readonly effect?: string;
  }[];
}

interface RawNodeStatus {
  readonly capacity?: Readonly<Record<string, string>>;
  readonly allocatable?: Readonly<Record<string, string>>;
}

/** Reads a Node. */
export function nodeObject(raw: RawObject): NodeObject {
  const spec = (raw.spec ?? {}) as RawNodeSpec;
  const { capacity = {}, allocatable = {} } = (raw.status ?? {}) as RawNodeStatus;
  return {
    name: raw.metadata?.name ?? '',
    labels: labelsOf(raw.metadata),
    providerId: spec.providerID ?? null,
    taints: (spec.taints ?? []).map(({ key = '', value, effect = '' }) => ({
      key,
      value: value ?? null,
      effect,
    })),
    cpuCores: parseQuantity(capacity['cpu']),
    ramBytes: parseQuantity(capacity['memory']),
    gpus: maxKnown(...GPU_RESOURCES.map((name) => parseQuantity(capacity[name]))),
    allocatableCpuCores: parseQuantity(allocatable['cpu']),
    allocatableRamBytes: parseQuantity(allocatable['memory']),
    unschedulable: spec.unschedulable ?? false,
    createdAt: parseTime(raw.metadata?.creationTimestamp),
  };
}
