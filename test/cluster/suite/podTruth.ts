import { KubeConfig, Watch, type V1Container, type V1Pod } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseQuantity } from '../../../src/collect/kubernetes/quantity.ts';

const RECONNECT_MS = 500;
const SECOND_MS = 1000;
/** The API cuts times to whole seconds: an end is half a second later in the mean, a start is told as it is seen. */
const HALF_SECOND_MS = SECOND_MS / 2;

/** CPU in cores and memory in bytes. */
export interface Amount {
  readonly cpu: number;
  readonly memory: number;
}

/** Amounts in the order of time, each with when it began. */
export type Requests = [sinceMs: number, Amount][];

/** What the API's objects said of one pod, kept after the pod is gone. */
export interface PodTruth {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The controller directly above it, as the pod names it. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  scheduledMs: number | null;
  /** When its last container ended, or when it was gone. */
  endedMs: number | null;
  /** What the scheduler holds for the pod, and since when. */
  readonly requests: Requests;
  /** Of its main containers, as the scheduler holds them, and since when. */
  readonly containerRequests: Map<string, Requests>;
  /** Of its init containers and sidecars. */
  readonly initRequests: Map<string, Amount>;
  /** Container IDs (without the runtime's prefix) with the name of the container. */
  readonly containers: Map<string, string>;
}

/** Follows every pod of some namespaces through the API server's watch. */
export class PodWatch {
  readonly pods = new Map<string, PodTruth>();
  readonly #watch: Watch;
  readonly #namespaces: ReadonlySet<string>;
  #abort: AbortController | null = null;
  #isStopped = false;

  constructor(kubeconfig: string, namespaces: readonly string[]) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#watch = new Watch(config);
    this.#namespaces = new Set(namespaces);
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#abort?.abort();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await new Promise<void>((resolve, reject) => {
          this.#watch
            .watch(
              '/api/v1/pods',
              {},
              (phase, pod: V1Pod) => this.#see(phase, pod),
              () => resolve(),
            )
            .then((abort) => (this.#abort = abort), reject);
        });
      } catch {
        // The API server is away: watch again.
      }
      await sleep(RECONNECT_MS);
    }
  }

  #see(phase: string, pod: V1Pod): void {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    if (!this.#namespaces.has(namespace)) return;
    const now = Date.now();
    const owner = pod.metadata?.ownerReferences?.find((reference) => reference.controller);
    const truth: PodTruth = this.pods.get(uid) ?? {
      namespace,
      name,
      uid,
      owner: owner ? { kind: owner.kind, name: owner.name } : null,
      scheduledMs: null,
      endedMs: null,
      requests: [],
      containerRequests: new Map(),
      initRequests: new Map(),
      containers: new Map(),
    };
    this.pods.set(uid, truth);
    const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (scheduled?.status === 'True' && truth.scheduledMs === null) {
      const second = timeOf(scheduled.lastTransitionTime) ?? now;
      truth.scheduledMs = now - second < SECOND_MS ? now : second;
    }
    const statuses = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.ephemeralContainerStatuses ?? []),
    ];
    for (const { name: container, containerID, lastState } of statuses) {
      for (const id of [containerID, lastState?.terminated?.containerID]) {
        if (id !== undefined) truth.containers.set(id.replace(/^.*:\/\//, ''), container);
      }
    }
    const held = heldRequests(pod);
    for (const container of pod.spec?.containers ?? []) {
      const requests = truth.containerRequests.get(container.name) ?? [];
      truth.containerRequests.set(container.name, requests);
      note(requests, held(container), now);
    }
    for (const { name: container, resources } of pod.spec?.initContainers ?? []) {
      truth.initRequests.set(container, amountOf(resources?.requests));
    }
    note(truth.requests, effectiveRequest(pod), now);
    const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const ends = statuses.flatMap(({ state }) => timeOf(state?.terminated?.finishedAt) ?? []);
    if (truth.endedMs === null && isOver) {
      truth.endedMs = ends.length > 0 ? Math.max(...ends) + HALF_SECOND_MS : now;
    }
    if (truth.endedMs === null && phase === 'DELETED') truth.endedMs = now;
  }
}

/**
 * What the scheduler holds (`PodRequests` of k8s.io/component-helpers): the pod's own requests where it has some, else
 * the larger of all main containers with sidecars, and of any init container with the sidecars that started before it.
 */
function effectiveRequest(pod: V1Pod): Amount {
  let main = (pod.spec?.containers ?? []).map(heldRequests(pod)).reduce(add, NOTHING);
  let sidecars = NOTHING;
  let start = NOTHING;
  for (const container of pod.spec?.initContainers ?? []) {
    const own = amountOf(container.resources?.requests);
    if (container.restartPolicy === 'Always') {
      sidecars = add(sidecars, own);
      start = larger(start, sidecars);
    } else start = larger(start, add(sidecars, own));
  }
  main = larger(add(main, sidecars), start);
  const ofPod = pod.spec?.resources?.requests;
  return {
    cpu: ofPod?.['cpu'] === undefined ? main.cpu : (parseQuantity(ofPod['cpu']) ?? 0),
    memory: ofPod?.['memory'] === undefined ? main.memory : (parseQuantity(ofPod['memory']) ?? 0),
  };
}

/** What the scheduler holds for a container: the larger of wish and grant, unless the wish is refused for good. */
function heldRequests(pod: V1Pod): (container: V1Container) => Amount {
  const statuses = new Map(
    (pod.status?.containerStatuses ?? []).map((status) => [status.name, status.resources]),
  );
  const isRefused = (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
  return ({ name, resources }) => {
    const granted = statuses.get(name)?.requests;
    const wished = amountOf(resources?.requests);
    if (!granted) return wished;
    return isRefused ? amountOf(granted) : larger(wished, amountOf(granted));
  };
}

/** Adds an amount that differs from the last one; the first held from the start. */
function note(requests: Requests, amount: Amount, nowMs: number): void {
  const latest = requests.at(-1)?.[1];
  if (latest?.cpu === amount.cpu && latest.memory === amount.memory) return;
  requests.push([requests.length === 0 ? 0 : nowMs, amount]);
}

/** The watch hands times on as it got them: text. */
function timeOf(time: Date | string | undefined): number | null {
  return time === undefined ? null : new Date(time).getTime();
}

const NOTHING: Amount = { cpu: 0, memory: 0 };

function amountOf(requests: Readonly<Record<string, string>> | undefined): Amount {
  return {
    cpu: parseQuantity(requests?.['cpu'] ?? '0') ?? 0,
    memory: parseQuantity(requests?.['memory'] ?? '0') ?? 0,
  };
}

function add(left: Amount, right: Amount): Amount {
  return { cpu: left.cpu + right.cpu, memory: left.memory + right.memory };
}

function larger(left: Amount, right: Amount): Amount {
  return { cpu: Math.max(left.cpu, right.cpu), memory: Math.max(left.memory, right.memory) };
}
