/** Cores, bytes and counts by resource, each named as kube-state-metrics names it (`cpu`, `nvidia_com_gpu`). */
export type Amounts = Readonly<Record<string, number>>;

/** The amount of cards among others, whatever they are called. */
export const CARDS = 'cards';

/** What the scheduler holds for a pod beyond the requests of its main containers and sidecars. */
export interface PodHold {
  /** What init containers need beyond them. */
  readonly init: Amounts;
  /** What the pod's own `spec.resources` add; its containers share it. Negative where they take something away. */
  readonly podLevel: Amounts;
  /** What its RuntimeClass adds; no container's usage comes out of it. */
  readonly overhead: Amounts;
  /** The order of init containers matters and is not known: sidecars are taken to start first. */
  readonly isOrderGuessed: boolean;
}

/** A container as far as its pod's hold depends on it. */
export interface RequestingContainer {
  readonly role: 'main' | 'init' | 'sidecar';
  readonly requests: Amounts;
  /** What the kubelet has granted, and what the runtime has set; null where the status does not say. */
  readonly allocated?: Amounts | null;
  readonly actuated?: Amounts | null;
}

/** A pod as far as its hold depends on it; init containers and sidecars stand in their order. */
export interface RequestingPod {
  readonly containers: readonly RequestingContainer[];
  readonly podLevel?: PodLevelRequests | null;
  readonly overhead?: Amounts;
  /** The node can never grant the resize that the specification asks for. */
  readonly isResizeInfeasible?: boolean;
  /** The containers are not in their order. */
  readonly isOrderUnknown?: boolean;
}

export interface PodLevelRequests {
  readonly requests: Amounts;
  readonly allocated: Amounts | null;
  readonly actuated: Amounts | null;
}

const NONE: Amounts = {};

/** Kubernetes' `PodRequests` (k8s.io/component-helpers/resource), as the difference to what containers ask for. */
export function podHold(pod: RequestingPod): PodHold {
  const ordered = pod.isOrderUnknown === true ? sidecarsFirst(pod.containers) : pod.containers;
  const running = ordered.filter(({ role }) => role !== 'init');
  const own = running.map((container) => heldRequests(container, pod)).reduce(addHeld, NONE);
  const aggregate = aggregateRequests(ordered, pod);
  const init = positive(subtract(aggregate, own));
  const podLevel = effectivePodLevel(pod);
  const whole = { ...aggregate, ...podLevel };
  const isOrderGuessed =
    pod.isOrderUnknown === true &&
    !isEqual(aggregate, aggregateRequests(ordered.toReversed(), pod));
  return {
    init,
    podLevel: subtract(whole, addHeld(own, init)),
    overhead: pod.overhead ?? NONE,
    isOrderGuessed,
  };
}

/** The hold, or null where nothing is held beyond what containers ask for. */
export function heldBeyond(hold: PodHold): PodHold | null {
  const { init, podLevel, overhead, isOrderGuessed } = hold;
  const isNothing = [init, podLevel, overhead].every((held) => isEqual(held, NONE));
  return isNothing && !isOrderGuessed ? null : hold;
}

/** What one container holds: the most of what it asks for, was granted and has; a refused resize does not count. */
export function heldRequests(container: RequestingContainer, pod: RequestingPod): Amounts {
  const { requests, allocated, actuated } = container;
  const granted = most(allocated ?? NONE, actuated ?? NONE);
  if (pod.isResizeInfeasible !== true) return most(requests, granted);
  // The status speaks of CPU and memory only; nothing else can be resized.
  return allocated || actuated ? { ...withoutResizable(requests), ...granted } : requests;
}

function aggregateRequests(
  containers: readonly RequestingContainer[],
  pod: RequestingPod,
): Amounts {
  const refused = pod.isResizeInfeasible === true;
  const wished = sumInOrder(containers, ({ requests }) => requests);
  const { allocated, actuated } = pod.podLevel ?? {};
  const [granted, set] =
    allocated && actuated
      ? [allocated, actuated]
      : [
          sumInOrder(containers, (one) => one.allocated ?? (refused ? NONE : one.requests)),
          sumInOrder(
            containers,
            (one) => one.actuated ?? one.allocated ?? (refused ? NONE : one.requests),
          ),
        ];
  return refused ? most(set, granted) : most(wished, set, granted);
}

/**
 * Σ main containers and sidecars, or the most that is needed while they start: an init container together with the
 * sidecars before it.
 */
function sumInOrder(
  containers: readonly RequestingContainer[],
  requestsOf: (container: RequestingContainer) => Amounts,
): Amounts {
  let running = NONE;
  let sidecars = NONE;
  let starting = NONE;
  for (const container of containers) {
    const requests = requestsOf(container);
    if (container.role !== 'init') running = addHeld(running, requests);
    if (container.role === 'main') continue;
    if (container.role === 'sidecar') sidecars = addHeld(sidecars, requests);
    starting = most(
      starting,
      container.role === 'sidecar' ? sidecars : addHeld(sidecars, requests),
    );
  }
  return most(running, starting);
}

function effectivePodLevel({ podLevel, isResizeInfeasible }: RequestingPod): Amounts {
  const supported = (amounts: Amounts): Amounts =>
    Object.fromEntries(Object.entries(amounts).filter(([name]) => isPodLevelResource(name)));
  if (!podLevel || Object.keys(supported(podLevel.requests)).length === 0) return NONE;
  const { requests, allocated, actuated } = podLevel;
  if (actuated === null) return supported(requests);
  const wished = isResizeInfeasible === true ? NONE : requests;
  return supported(most(wished, actuated, allocated ?? NONE));
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

/** `hugepages_2Mi`: memory that is set apart and is in no working set. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages_');
}

function sidecarsFirst(containers: readonly RequestingContainer[]): readonly RequestingContainer[] {
  const rank = { main: 0, sidecar: 1, init: 2 };
  return containers.toSorted((a, b) => rank[a.role] - rank[b.role]);
}

function withoutResizable(amounts: Amounts): Amounts {
  const { cpu: _cpu, memory: _memory, ...rest } = amounts;
  return rest;
}

export function addHeld(left: Amounts, right: Amounts): Amounts {
  const sum: Record<string, number> = { ...left };
  for (const [name, amount] of Object.entries(right)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

/** What is left of `left`, without what is nothing. */
export function subtract(left: Amounts, right: Amounts): Amounts {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  const rest: Record<string, number> = {};
  for (const name of names) {
    const [before, taken] = [left[name] ?? 0, right[name] ?? 0];
    // Sums of decimal fractions differ in their last bits.
    if (!isNear(before, taken)) rest[name] = before - taken;
  }
  return rest;
}

function positive(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0));
}

function most(...each: readonly Amounts[]): Amounts {
  const largest: Record<string, number> = {};
  for (const amounts of each)
    for (const [name, amount] of Object.entries(amounts))
      largest[name] = Math.max(amount, largest[name] ?? amount);
  return largest;
}

function isEqual(left: Amounts, right: Amounts): boolean {
  return Object.keys(subtract(left, right)).length === 0;
}

function isNear(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right));
}
