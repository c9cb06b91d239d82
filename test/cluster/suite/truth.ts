import type { ContainerCounters } from './cgroupTruth.ts';
import type { Amount, PodTruth, Requests } from './podTruth.ts';

const MINUTE_MS = 60_000;

/** What one container of a workload (all replicas and lives together), or the workload, really took in a span. */
export interface TrueUse {
  cpuCoreSeconds: number;
  memoryByteSeconds: number;
  reservedCpuCoreSeconds: number;
  reservedMemoryByteSeconds: number;
  /** The larger of request and use, minute by minute. */
  chargedCpuCoreSeconds: number;
  chargedMemoryByteSeconds: number;
}

export interface TrueWorkload extends TrueUse {
  readonly key: string;
  /** When the first of its pods was scheduled; when the run began, where none was. */
  startedMs: number;
  readonly containers: Record<string, TrueUse>;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Resolves a ReplicaSet or Job to what is above it; others stay. */
export type OwnerOf = (pod: PodTruth) => { readonly kind: string; readonly name: string };

/** Adds up the truth of a span by workload (`namespace/Kind/name`). */
export function trueWorkloads(
  pods: Iterable<PodTruth>,
  counters: ReadonlyMap<string, ContainerCounters>,
  ownerOf: OwnerOf,
  span: Span,
): Map<string, TrueWorkload> {
  const workloads = new Map<string, TrueWorkload>();
  for (const pod of pods) {
    const owner = ownerOf(pod);
    const key = `${pod.namespace}/${owner.kind}/${owner.name}`;
    const workload = workloads.get(key) ?? {
      key,
      startedMs: pod.scheduledMs ?? span.fromMs,
      ...noUse(),
      containers: {},
    };
    workloads.set(key, workload);
    addPod(workload, pod, counters, span);
  }
  return workloads;
}

function addPod(
  workload: TrueWorkload,
  pod: PodTruth,
  counters: ReadonlyMap<string, ContainerCounters>,
  span: Span,
): void {
  const held: [string, Requests][] = [
    ...[...pod.initRequests].map(([name, amount]): [string, Requests] => [name, [[0, amount]]]),
    ...pod.containerRequests,
  ];
  for (const [container, requests] of held) {
    const own = (workload.containers[container] ??= noUse());
    addReservation(own, meanRequest(pod, requests, span), span.toMs - span.fromMs);
  }
  for (const minute of minutes(span)) {
    const reserved = meanRequest(pod, pod.requests, minute);
    addReservation(workload, reserved, minute.toMs - minute.fromMs);
    let cpu = 0;
    let memory = 0;
    let mainRequest: Amount = { cpu: 0, memory: 0 };
    const used = new Map<string, Amount>();
    for (const [id, container] of pod.containers) {
      const series = counters.get(id);
      if (!series) continue;
      const seconds = growth(series.cpu, minute);
      const bytes = integral(series.memory, minute);
      const own = (workload.containers[container] ??= noUse());
      for (const sum of [own, workload]) {
        sum.cpuCoreSeconds += seconds;
        sum.memoryByteSeconds += bytes;
      }
      const before = used.get(container) ?? { cpu: 0, memory: 0 };
      used.set(container, { cpu: before.cpu + seconds, memory: before.memory + bytes });
    }
    const seconds = (minute.toMs - minute.fromMs) / 1000;
    for (const [container, requests] of pod.containerRequests) {
      const use = used.get(container) ?? { cpu: 0, memory: 0 };
      const own = meanRequest(pod, requests, minute);
      mainRequest = { cpu: mainRequest.cpu + own.cpu, memory: mainRequest.memory + own.memory };
      cpu += Math.max(own.cpu * seconds, use.cpu);
      memory += Math.max(own.memory * seconds, use.memory);
      used.delete(container);
    }
    // What sidecars, init containers and the pod itself ask beyond the main containers, and what init containers use.
    const beyond = [...used.values()];
    cpu += Math.max(
      (reserved.cpu - mainRequest.cpu) * seconds,
      beyond.reduce((sum, use) => sum + use.cpu, 0),
    );
    memory += Math.max(
      (reserved.memory - mainRequest.memory) * seconds,
      beyond.reduce((sum, use) => sum + use.memory, 0),
    );
    workload.chargedCpuCoreSeconds += cpu;
    workload.chargedMemoryByteSeconds += memory;
  }
}

function addReservation(sum: TrueUse, request: Amount, ms: number): void {
  sum.reservedCpuCoreSeconds += (request.cpu * ms) / 1000;
  sum.reservedMemoryByteSeconds += (request.memory * ms) / 1000;
}

function heldSpan(pod: PodTruth, span: Span): Span {
  return {
    fromMs: Math.max(span.fromMs, pod.scheduledMs ?? Infinity),
    toMs: Math.min(span.toMs, pod.endedMs ?? Infinity),
  };
}

function heldMs({ fromMs, toMs }: Span): number {
  return Math.max(0, toMs - fromMs);
}

/** What was held for a pod or a container of it, averaged over a span in which its requests may change. */
function meanRequest(pod: PodTruth, requests: Requests, span: Span): Amount {
  let cpu = 0;
  let memory = 0;
  requests.forEach(([sinceMs, amount], index) => {
    const until = requests[index + 1]?.[0] ?? Infinity;
    const ms = heldMs(
      heldSpan(pod, {
        fromMs: Math.max(span.fromMs, sinceMs),
        toMs: Math.min(span.toMs, until),
      }),
    );
    const share = ms / (span.toMs - span.fromMs);
    cpu += amount.cpu * share;
    memory += amount.memory * share;
  });
  return { cpu, memory };
}

/** Core-seconds that a counter grew by; it began at nothing. */
function growth(series: readonly (readonly [number, number])[], span: Span): number {
  return valueAt(series, span.toMs) - valueAt(series, span.fromMs);
}

function valueAt(series: readonly (readonly [number, number])[], atMs: number): number {
  const next = series.findIndex(([time]) => time > atMs);
  if (next === -1) return series.at(-1)?.[1] ?? 0;
  const after = series[next];
  const before = series[next - 1];
  if (!after || !before) return 0;
  const share = (atMs - before[0]) / (after[0] - before[0]);
  return before[1] + share * (after[1] - before[1]);
}

function integral(series: readonly (readonly [number, number])[], span: Span): number {
  let sum = 0;
  for (let index = 1; index < series.length; index += 1) {
    const [from = 0, value = 0] = series[index - 1] ?? [];
    const [to = 0] = series[index] ?? [];
    sum +=
      (value * heldMs({ fromMs: Math.max(from, span.fromMs), toMs: Math.min(to, span.toMs) })) /
      1000;
  }
  return sum;
}

function* minutes(span: Span): Generator<Span> {
  for (let fromMs = span.fromMs; fromMs < span.toMs; fromMs += MINUTE_MS) {
    yield { fromMs, toMs: Math.min(span.toMs, fromMs + MINUTE_MS) };
  }
}

function noUse(): TrueUse {
  return {
    cpuCoreSeconds: 0,
    memoryByteSeconds: 0,
    reservedCpuCoreSeconds: 0,
    reservedMemoryByteSeconds: 0,
    chargedCpuCoreSeconds: 0,
    chargedMemoryByteSeconds: 0,
  };
}
