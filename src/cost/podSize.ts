import type { PodSample } from '../model/snapshot.ts';
import { reservation, type PodSize } from './allocateContainers.ts';
import { GIB } from './nodes.ts';
import type { PerPodRule } from './priceRules.ts';

/** The size that a pod is sold as: what it reserves and what the provider adds, rounded up to a size that is sold. */
export function podSize(pod: PodSample, rule: PerPodRule): PodSize {
  if (rule.freeNamespaces !== undefined && new RegExp(rule.freeNamespaces).test(pod.namespace))
    return { cpuCores: 0, ramBytes: 0 };
  const told = provisioned(pod);
  if (told !== null) return told;
  const cpuCores = reservation(pod, 'cpu');
  const ramGiB = reservation(pod, 'memory') / GIB + (rule.addedGiB ?? 0);
  for (const size of rule.sizes ?? []) {
    const memory = size.ramGiB.find((sold) => sold >= ramGiB - 1e-9);
    if (size.cpuCores >= cpuCores - 1e-9 && memory !== undefined)
      return { cpuCores: size.cpuCores, ramBytes: memory * GIB };
  }
  return { cpuCores, ramBytes: ramGiB * GIB };
}

/** Fargate writes the size that it chose on the pod: `CapacityProvisioned: 0.25vCPU 0.5GB`. */
function provisioned({ annotations }: PodSample): PodSize | null {
  const text = annotations['CapacityProvisioned'] ?? '';
  const [, cpu, memory] = /^([\d.]+)vCPU ([\d.]+)GB$/.exec(text) ?? [];
  return cpu === undefined ? null : { cpuCores: Number(cpu), ramBytes: Number(memory) * GIB };
}
