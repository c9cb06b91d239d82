import type { Amounts } from '../model/podHold.ts';
import type { ContainerSample } from '../model/snapshot.ts';

/** Everything that a container asks for, by resource. */
export function requestsOf(container: ContainerSample): Amounts {
  return {
    cpu: container.cpuRequestCores ?? 0,
    memory: container.ramRequestBytes ?? 0,
    ...container.devices,
  };
}
