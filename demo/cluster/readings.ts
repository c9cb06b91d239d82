import type { TimeMs, Window } from '../../src/model/time.ts';
import type { DemoNode } from './nodes.ts';
import type { ContainerLife, DemoPod } from './pods.ts';

/** What cAdvisor would have shown of one life of a container in a span; counters since its start. */
export interface ContainerReadings {
  readonly pod: DemoPod;
  readonly life: ContainerLife;
  readonly times: TimeMs[];
  readonly cpuSeconds: number[];
  readonly ramBytes: number[];
  readonly diskReadBytes: number[];
  readonly diskWriteBytes: number[];
  /** Empty without a CPU limit. */
  readonly periods: number[];
  readonly throttledPeriods: number[];
  /** Empty without a GPU; shares, 0..1. */
  readonly gpu: number[];
  readonly tensor: number[];
}

/** The pod's own cgroup, and its network, which outlive restarts of its container. */
export interface PodReadings {
  readonly pod: DemoPod;
  readonly times: TimeMs[];
  readonly cpuSeconds: number[];
  readonly receiveBytes: number[];
  readonly transmitBytes: number[];
}

/** All of a node's pods together. */
export interface NodeReadings {
  readonly node: DemoNode;
  readonly cpuSeconds: number[];
  readonly ramBytes: number[];
}

/** Everything that was measured in a span. */
export interface Readings {
  readonly span: Window;
  /** The times of scrapes, all of them. */
  readonly times: readonly TimeMs[];
  readonly pods: readonly PodReadings[];
  readonly containers: readonly ContainerReadings[];
  readonly nodes: readonly NodeReadings[];
}

export function emptyContainer(pod: DemoPod, life: ContainerLife): ContainerReadings {
  return {
    pod,
    life,
    times: [],
    cpuSeconds: [],
    ramBytes: [],
    diskReadBytes: [],
    diskWriteBytes: [],
    periods: [],
    throttledPeriods: [],
    gpu: [],
    tensor: [],
  };
}

export function emptyPod(pod: DemoPod): PodReadings {
  return { pod, times: [], cpuSeconds: [], receiveBytes: [], transmitBytes: [] };
}

export function emptyNode(node: DemoNode, length: number): NodeReadings {
  return {
    node,
    cpuSeconds: Array.from({ length }, () => 0),
    ramBytes: Array.from({ length }, () => 0),
  };
}
