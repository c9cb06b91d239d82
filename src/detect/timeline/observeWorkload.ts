import type { ContainerSample, PodSample } from '../../model/snapshot.ts';
import type { Reading } from '../../model/reading.ts';
import type { ContainerTrace } from './timelineState.ts';
import { memoryQuantity, cpuQuantity, quantityOrNone } from '../../model/text/quantity.ts';

const TEMPLATE = /-([bcdfghjklmnpqrstvwxz2456789]{6,10})-[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const KNATIVE_REVISION = /-(\d{5})-deployment-/;

/** Names and images come from outside: a sentence stays a sentence. */
const MAX_TEXT = 300;

/** The pod that shows what a workload is now: the youngest, the last by UID of several. */
export function youngestPod(pods: readonly PodSample[]): PodSample {
  let youngest = pods[0] as PodSample;
  for (const pod of pods) {
    const older = (pod.createdAt ?? 0) - (youngest.createdAt ?? 0);
    if (older > 0 || (older === 0 && pod.uid > youngest.uid)) youngest = pod;
  }
  return youngest;
}

/** The revision of a pod's template; null where neither its labels nor its name tell. */
export function revisionOf({ name, workload, labels }: PodSample): string | null {
  if (workload.kind === 'KnativeService') return KNATIVE_REVISION.exec(name)?.[1] ?? null;
  const label =
    labels['pod-template-hash'] ??
    labels['rollouts-pod-template-hash'] ??
    labels['controller-revision-hash'];
  if (label !== undefined) return label.slice(0, MAX_TEXT);
  return NAMED_BY_TEMPLATE.has(workload.kind) ? (TEMPLATE.exec(name)?.[1] ?? null) : null;
}

const NAMED_BY_TEMPLATE = new Set(['Deployment', 'Rollout']);

/** A pod's containers by name; `limitsKnown` says that a limit which is not told is not set. */
export function containersOf(
  { containers, spec }: PodSample,
  limitsKnown: boolean,
): Readonly<Record<string, ContainerTrace>> {
  const hashes = new Map(spec?.containers.map((one) => [one.name, one.commandHash ?? null]));
  const traces: Record<string, ContainerTrace> = {};
  for (const container of containers) {
    traces[container.name] = containerTrace(container, hashes.get(container.name), limitsKnown);
  }
  return traces;
}

function containerTrace(
  container: ContainerSample,
  command: string | null | undefined,
  limitsKnown: boolean,
): ContainerTrace {
  const { image, cpuRequestCores, ramRequestBytes, cpuLimitCores, ramLimitBytes } = container;
  const limit = (reading: Reading, format: (value: number) => string): string | null =>
    reading === null ? (limitsKnown ? 'none' : null) : format(reading);
  return {
    image: image?.slice(0, MAX_TEXT) ?? null,
    command: command ?? null,
    cpuRequest: cpuRequestCores === null ? null : quantityOrNone(cpuRequestCores, cpuQuantity),
    ramRequest: ramRequestBytes === null ? null : quantityOrNone(ramRequestBytes, memoryQuantity),
    cpuLimit: limit(cpuLimitCores, cpuQuantity),
    ramLimit: limit(ramLimitBytes, memoryQuantity),
  };
}
