import type { NodePrice } from '../model/cost.ts';
import type { ContainerSample, PodSample } from '../model/snapshot.ts';

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
  readonly coverage: number;
}

interface Amounts {
  readonly request: number | null;
  readonly usage: number | null;
  /** What was used beyond the request at a finer grain than the window; absent where nobody looked. */
  readonly above?: number | null | undefined;
}

/**
 * What each container of a pod is charged for: `max(request × share of the window held, usage)`, for CPU minute by
 * minute, and GPUs by request. Unknown usage is charged the request; without a request either nothing is known, and
 * the coverage says so.
 *
 * A pod reserves `max(Σ main, largest init)` of a resource for its whole life (Kubernetes, "Resource
 * sharing within containers"). The main containers carry their own requests throughout; only what the
 * largest init container asks beyond them is charged to that init container. Init containers run
 * while the main ones wait, so they use the main containers' reservation first and are charged for usage
 * only above it: nothing is charged twice.
 */
export function containerShares(pod: PodSample, price: NodePrice): readonly ContainerShare[] {
  const cpu = allocateResource(pod, (container) => ({
    request: container.cpuRequestCores,
    usage: container.cpuUsageCores,
    above: container.cpuAboveRequestCores,
  }));
  const ram = allocateResource(pod, (container) => ({
    request: container.ramRequestBytes,
    usage: container.ramUsageBytes,
  }));
  // GPUs are billed as requested; how busy they are shows in the efficiency, not in the cost.
  const gpu = allocateResource(pod, (container) => ({
    request: container.gpuRequest,
    usage: null,
  }));
  return pod.containers.map((container, index) => ({
    container,
    cpuCores: cpu[index]?.allocated ?? 0,
    cpuRequestCores: container.cpuUsageCores === null ? 0 : (cpu[index]?.reserved ?? 0),
    cpuUsageCores: container.cpuUsageCores ?? 0,
    ramBytes: ram[index]?.allocated ?? 0,
    ramRequestBytes: container.ramUsageBytes === null ? 0 : (ram[index]?.reserved ?? 0),
    ramUsageBytes: container.ramUsageBytes ?? 0,
    gpus: gpu[index]?.allocated ?? 0,
    gpusUsed:
      container.gpuUtilisation === null
        ? null
        : container.gpuUtilisation * (gpu[index]?.allocated ?? 0),
    coverage: container.coverage * price.coverage,
  }));
}

function allocateResource(
  pod: PodSample,
  amounts: (container: ContainerSample) => Amounts,
): readonly { readonly reserved: number; readonly allocated: number }[] {
  const requests = pod.containers.map((container) => amounts(container).request ?? 0);
  const mainRequest = sumWhere(requests, (index) => pod.containers[index]?.init === false);
  const initRequest = Math.max(0, ...requests.filter((_, index) => pod.containers[index]?.init));
  const excess = Math.max(0, initRequest - mainRequest);
  const excessIndex = pod.containers.findIndex(
    (container, index) => container.init && requests[index] === initRequest,
  );
  return pod.containers.map((container, index) => {
    const { usage: known, above } = amounts(container);
    const usage = known ?? 0;
    if (!container.init) {
      const reserved = (requests[index] ?? 0) * pod.heldShare;
      return { reserved, allocated: Math.max(reserved + (above ?? 0), usage) };
    }
    const reserved = index === excessIndex ? excess * pod.heldShare : 0;
    return {
      reserved,
      allocated: Math.max(reserved, usage - mainRequest * container.runShare),
    };
  });
}

function sumWhere(values: readonly number[], keep: (index: number) => boolean): number {
  return values.reduce((sum, value, index) => (keep(index) ? sum + value : sum), 0);
}
