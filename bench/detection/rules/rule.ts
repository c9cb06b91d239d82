import type { Snapshot } from '../../../src/model/snapshot.ts';
import { containerKey } from '../../../src/model/workload.ts';

/** A rule that people use today: it sees each window and says which namespaces begin to alarm. */
export interface Rule {
  readonly name: string;
  look(snapshot: Snapshot): Iterable<string>;
}

/** One container of one pod in one window, as a rule of metrics sees it. */
export interface Seen {
  readonly key: string;
  readonly namespace: string;
  readonly cores: number;
  readonly limit: number | null;
  readonly net: number | null;
  readonly disk: number;
}

/** Every container of every pod, by itself: what an alerting rule on container metrics is evaluated on. */
export function* seenIn(snapshot: Snapshot): Generator<Seen> {
  for (const pod of snapshot.pods) {
    const rx = pod.networkReceiveBytesPerSecond;
    const tx = pod.networkTransmitBytesPerSecond;
    for (const container of pod.containers) {
      if (container.cpuUsageCores === null) continue;
      yield {
        key: `${containerKey(pod.namespace, pod.workload, container.name)}/${pod.name}`,
        namespace: pod.namespace,
        cores: container.cpuUsageCores,
        limit: container.cpuLimitCores,
        net: rx === null || tx === null ? null : rx + tx,
        disk: (container.diskReadBytesPerSecond ?? 0) + (container.diskWriteBytesPerSecond ?? 0),
      };
    }
  }
}

/** Tells the windows in which something begins to alarm. */
export class Edges {
  #alarming = new Set<string>();

  /** Call once per window with all that alarm in it; returns those that did not in the window before. */
  next(now: ReadonlySet<string>): readonly string[] {
    const begun = [...now].filter((key) => !this.#alarming.has(key));
    this.#alarming = new Set(now);
    return begun;
  }
}
