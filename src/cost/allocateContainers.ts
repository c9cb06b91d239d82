import { CARDS, isHugePages } from '../model/podHold.ts';
import type { ContainerSample, PodSample } from '../model/snapshot.ts';

/** What a provider bills for one pod, while it holds it. */
export interface PodSize {
  readonly cpuCores: number;
  readonly ramBytes: number;
}

/** What a container was allocated, used and had reserved, averaged over the window; request and usage
 * are zero where usage is unknown. */
export interface ContainerShare {
  readonly container: ContainerSample;
  readonly cpuCores: number;
  readonly cpuRequestCores: number;
  readonly cpuUsageCores: number;
  readonly ramBytes: number;
  readonly ramRequestBytes: number;
  readonly ramUsageBytes: number;
  readonly gpus: number;
  /** GPUs × utilisation; null where it was not measured. */
  readonly gpusUsed: number | null;
}

interface Amounts {
  readonly usage: number | null;
  /** What was used beyond the request at a finer grain than the window; absent where nobody looked. */
  readonly above?: number | null | undefined;
}

/**
 * What each container of a pod is charged for: `max(reserved × share of the window held, usage)`, for CPU minute by
 * minute, and GPUs by request. Unknown usage is charged what is reserved; without a request either nothing is known,
 * and the coverage says so.
 *
 * Main containers and sidecars carry their own requests throughout. What the scheduler holds beyond them
 * (`PodSample.hold`) goes to the containers for whose sake it is held, so that nothing is charged twice: what init
 * containers need to the largest of them, which uses the others' reservation first; requests of the pod as a whole to
 * the containers that use them, and what none uses evenly; overhead and huge pages, out of which no container's usage
 * comes, on top.
 *
 * @param room what the node can give the pod: a larger reservation is only a wish.
 * @param size what the provider bills for the pod, where its node is no machine.
 */
export function containerShares(
  pod: PodSample,
  room: NodeRoom = NO_BOUNDS,
  size: PodSize | null = null,
): readonly ContainerShare[] {
  const sized = size === null ? null : sizeOfContainers(pod, size);
  const cpu =
    sized?.cpu ??
    allocateResource(pod, 'cpu', room, (container) => ({
      usage: container.cpuUsageCores,
      above: container.cpuAboveRequestCores,
    }));
  const ram =
    sized?.ram ??
    allocateResource(pod, 'memory', room, ({ ramUsageBytes }) => ({ usage: ramUsageBytes }));
  // GPUs are billed as requested; how busy they are shows in the efficiency, not in the cost.
  const gpu = allocateResource(pod, CARDS, room, () => ({ usage: null }));
  const pages = size === null ? hugePages(pod) : [];
  return pod.containers.map((container, index) => ({
    container,
    cpuCores: cpu[index]?.allocated ?? 0,
    cpuRequestCores: container.cpuUsageCores === null ? 0 : (cpu[index]?.reserved ?? 0),
    cpuUsageCores: container.cpuUsageCores ?? 0,
    ramBytes: (ram[index]?.allocated ?? 0) + (pages[index] ?? 0),
    ramRequestBytes: container.ramUsageBytes === null ? 0 : (ram[index]?.reserved ?? 0),
    ramUsageBytes: container.ramUsageBytes ?? 0,
    gpus: gpu[index]?.allocated ?? 0,
    gpusUsed:
      container.gpuUtilisation === null
        ? null
        : container.gpuUtilisation * (gpu[index]?.allocated ?? 0),
  }));
}

/** A size that is sold is charged as it is, whatever is used of it; each container's part follows its request. */
function sizeOfContainers(
  pod: PodSample,
  size: PodSize,
): Readonly<Record<'cpu' | 'ram', ReturnType<typeof allocateResource>>> {
  const hasMain = pod.containers.some(({ init }) => !init);
  const split = (resource: Resource, billed: number): ReturnType<typeof allocateResource> => {
    const asked = pod.containers.map((one) =>
      one.init && hasMain ? 0 : REQUEST_OF[resource](one),
    );
    const total = sum(asked);
    const even = pod.containers.map((one) => (one.init && hasMain ? 0 : 1));
    const [weights, all] = total > 0 ? [asked, total] : [even, sum(even)];
    return weights.map((weight) => {
      const part = (billed * pod.heldShare * weight) / all;
      return { reserved: part, allocated: part };
    });
  };
  return { cpu: split('cpu', size.cpuCores), ram: split('memory', size.ramBytes) };
}

type Resource = 'cpu' | 'memory' | typeof CARDS;

/** What one pod can hold of its node at most. */
export type NodeRoom = Readonly<Record<Resource, number>>;

const NO_BOUNDS: NodeRoom = { cpu: Infinity, memory: Infinity, [CARDS]: Infinity };

interface Reserved {
  /** Its main containers' and sidecars' own requests. */
  readonly own: number;
  readonly init: number;
  readonly podLevel: number;
  readonly overhead: number;
}

const REQUEST_OF: Readonly<Record<Resource, (container: ContainerSample) => number>> = {
  cpu: ({ cpuRequestCores }) => cpuRequestCores ?? 0,
  memory: ({ ramRequestBytes }) => ramRequestBytes ?? 0,
  [CARDS]: ({ gpuRequest }) => gpuRequest ?? 0,
};

/** What a pod reserves of a resource, by what it is reserved for. */
function reservedFor(pod: PodSample, resource: Resource): Reserved {
  const request = REQUEST_OF[resource];
  let own = 0;
  let largest = 0;
  for (const container of pod.containers)
    if (container.init) largest = Math.max(largest, request(container));
    else own += request(container);
  const { init, podLevel, overhead } = pod.hold ?? {};
  return {
    own,
    init: init === undefined ? Math.max(0, largest - own) : (init[resource] ?? 0),
    podLevel: podLevel?.[resource] ?? 0,
    overhead: overhead?.[resource] ?? 0,
  };
}

/** What a pod reserves of a resource in all. */
export function reservation(pod: PodSample, resource: Resource): number {
  return inAll(reservedFor(pod, resource));
}

function inAll({ own, init, podLevel, overhead }: Reserved): number {
  return Math.max(0, own + init + podLevel + overhead);
}

function allocateResource(
  pod: PodSample,
  resource: Resource,
  room: NodeRoom,
  amounts: (container: ContainerSample) => Amounts,
): readonly { readonly reserved: number; readonly allocated: number }[] {
  const { containers, heldShare } = pod;
  const whole = reservedFor(pod, resource);
  const { own, init, podLevel, overhead } = whole;
  const wish = inAll(whole);
  const granted = wish > room[resource] ? room[resource] / wish : 1;
  const held = granted * heldShare;
  const asked = containers.map(REQUEST_OF[resource]);
  const largest = Math.max(...containers.map((one, index) => (one.init ? (asked[index] ?? 0) : 0)));
  const initIndex = containers.findIndex((one, index) => one.init && asked[index] === largest);
  const mains = Math.max(1, containers.filter((one) => !one.init).length);
  const parts = sharePodLevel(
    containers.map((container, index) => ({
      isMain: !container.init,
      request: (asked[index] ?? 0) * held,
      usage: amounts(container).usage ?? 0,
    })),
    podLevel * held,
  );
  return containers.map((container, index) => {
    const { usage: known, above } = amounts(container);
    const usage = known ?? 0;
    if (container.init) {
      const reserved = index === initIndex ? init * held : 0;
      const left = usage - own * granted * container.runShare;
      return { reserved, allocated: Math.max(reserved, left) };
    }
    const reserved = parts[index] ?? 0;
    const fromPod = Math.max(0, reserved - (asked[index] ?? 0) * held);
    const burst = Math.max(0, (above ?? 0) - fromPod);
    const onTop = (overhead * held) / mains;
    return {
      reserved: reserved + onTop,
      allocated: Math.max(reserved + burst, usage) + onTop,
    };
  });
}

interface Sharing {
  readonly isMain: boolean;
  readonly request: number;
  readonly usage: number;
}

/**
 * Each main container's part of what its pod reserves: its own request, then of what the pod as a whole asks beyond
 * them as much as it uses, then an even part of the rest. Where the pod holds less than they ask, all hold less alike.
 */
function sharePodLevel(containers: readonly Sharing[], podLevel: number): readonly number[] {
  const own = containers.map(({ isMain, request }) => (isMain ? request : 0));
  if (podLevel === 0) return own;
  const total = sum(own);
  if (podLevel < 0)
    return own.map((request) =>
      total === 0 ? 0 : (request * Math.max(0, total + podLevel)) / total,
    );
  const short = containers.map(({ isMain, request, usage }) =>
    isMain ? Math.max(0, usage - request) : 0,
  );
  const wanted = sum(short);
  const used = wanted === 0 ? 0 : Math.min(1, podLevel / wanted);
  const mains = Math.max(1, containers.filter(({ isMain }) => isMain).length);
  const even = (podLevel - wanted * used) / mains;
  return own.map((request, index) =>
    containers[index]?.isMain === true ? request + (short[index] ?? 0) * used + even : 0,
  );
}

/** Huge pages that each container holds, in bytes: its own, or what the largest init container needs beyond them. */
function hugePages(pod: PodSample): readonly number[] {
  const asked = pod.containers.map(({ devices }) => pageBytes(devices));
  const init = pageBytes(pod.hold?.init);
  const largest = Math.max(0, ...asked.filter((_, index) => pod.containers[index]?.init));
  const initIndex = pod.containers.findIndex((one, index) => one.init && asked[index] === largest);
  return pod.containers.map((one, index) => {
    if (!one.init) return (asked[index] ?? 0) * pod.heldShare;
    return index === initIndex ? init * pod.heldShare : 0;
  });
}

function pageBytes(amounts: Readonly<Record<string, number>> = {}): number {
  return sum(Object.entries(amounts).map(([name, bytes]) => (isHugePages(name) ? bytes : 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
