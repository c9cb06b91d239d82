import type { Batch, RawBatchAnswer } from '../prometheus/batch.ts';
import { label, type Labelled } from './series.ts';

/** How many pods each target tells of, by target and node. */
export type TargetReach = ReadonlyMap<string, number>;

/** Counts the pods of each node that a target tells of. */
export function reachOf({ raw }: Batch): TargetReach {
  const nodeOf = nodesOf(raw);
  const podsOf = new Map<string, Set<string>>();
  for (const series of raw.cpu.series) {
    const { pod, key } = placeOf(series, nodeOf);
    // Pods that nobody else knows say nothing of the node.
    if (nodeOf.has(pod)) podsOf.set(key, (podsOf.get(key) ?? new Set()).add(pod));
  }
  return new Map([...podsOf].map(([key, pods]) => [key, pods.size]));
}

/** Adds up what several collectors counted: each pod is one collector's. */
export function addReach(all: readonly TargetReach[]): TargetReach {
  const sum = new Map<string, number>();
  for (const [key, pods] of all.flatMap((one) => [...one]))
    sum.set(key, pods + (sum.get(key) ?? 0));
  return sum;
}

/** The series of containers, each with the number of pods on its node that its target tells of. */
export function withReach({ raw }: Batch, reach: TargetReach): Batch['raw'] {
  const nodeOf = nodesOf(raw);
  const reaching = (answer: RawBatchAnswer): RawBatchAnswer => ({
    ...answer,
    series: answer.series.map(({ labels, times, values, ...rest }) => ({
      labels,
      times,
      values,
      reach: reach.get(placeOf({ labels }, nodeOf).key) ?? 0,
      ...rest,
    })),
  });
  return {
    ...raw,
    cpu: reaching(raw.cpu),
    ram: reaching(raw.ram),
    diskRead: reaching(raw.diskRead),
    diskWrite: reaching(raw.diskWrite),
    networkReceive: reaching(raw.networkReceive),
    networkTransmit: reaching(raw.networkTransmit),
  };
}

/** The node of each pod, by `NAMESPACE/POD`. */
function nodesOf(raw: Batch['raw']): ReadonlyMap<string, string> {
  return new Map(raw.podInfo.series.map((series) => [podOf(series), label(series, 'node')]));
}

function podOf(series: Labelled): string {
  return `${label(series, 'namespace')}/${label(series, 'pod')}`;
}

function placeOf(series: Labelled, nodeOf: ReadonlyMap<string, string>) {
  const pod = podOf(series);
  return { pod, key: JSON.stringify([label(series, 'instance'), nodeOf.get(pod) ?? null]) };
}
