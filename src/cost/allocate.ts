import type { Allocation, NodePrice, UnattachedCost, WindowCosts } from '../model/cost.ts';
import type { Nano } from '../model/money.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { SECOND_MS, windowHours } from '../model/time.ts';
import { containerShares } from './allocateContainers.ts';
import { allocateVolumes } from './allocateVolumes.ts';
import { nanoInWindow, splitNano } from './exact.ts';
import { networkCost } from './networkCost.ts';
import { nodeCosts } from './nodeCosts.ts';
import { GIB, UNKNOWN_NODE } from './nodes.ts';
import { UNPRICED } from './priceNodes.ts';
import type { PricingConfig } from './sources/nodePriceSource.ts';

/**
 * Allocates what the window's nodes, volumes, load balancers and egress cost to the containers that held
 * them (the OpenCost specification's model, from raw usage window by window; docs/costs.md). For every
 * node and resource, Σ allocations + idle = the node's cost, in whole nano-units; idle is negative where
 * a node is overcommitted.
 */
export function allocate(
  snapshot: Snapshot,
  prices: ReadonlyMap<string, NodePrice>,
  pricing: PricingConfig,
): WindowCosts {
  const volumes = allocateVolumes(snapshot, pricing);
  const unattached: UnattachedCost[] = [...volumes.unattached, ...loadBalancers(snapshot, pricing)];
  const allocations: Allocation[] = [];
  const seen = new Set<string>();
  for (const pod of snapshot.pods) {
    // A pod is billed by its UID, once, whatever the source repeats.
    if (seen.has(pod.uid)) continue;
    seen.add(pod.uid);
    const price = prices.get(pod.node ?? UNKNOWN_NODE) ?? UNPRICED;
    const seconds = (snapshot.window.end - snapshot.window.start) / SECOND_MS;
    const network = nanoInWindow(networkCost(pod, seconds, pricing), snapshot.window);
    const storage = volumes.byPod.get(pod.uid) ?? 0;
    allocations.push(...allocatePod(pod, snapshot, price, { storage, network }));
    if (pod.containers.length > 0) continue;
    const rest = { namespace: pod.namespace, name: pod.name };
    if (storage > 0) unattached.push({ ...rest, kind: 'volume', nano: storage });
    if (network > 0) unattached.push({ ...rest, kind: 'network', nano: network });
  }
  return { allocations, nodes: nodeCosts(snapshot, prices, allocations), unattached };
}

function allocatePod(
  pod: PodSample,
  snapshot: Snapshot,
  price: NodePrice,
  podCosts: { readonly storage: Nano; readonly network: Nano },
): readonly Allocation[] {
  const hours = windowHours(snapshot.window);
  const shares = containerShares(pod, price);
  // What a pod has as a whole (volumes, egress) is split evenly over its main containers, as OpenCost does.
  const hasMain = pod.containers.some((container) => !container.init);
  const weights = pod.containers.map((container) => (container.init && hasMain ? 0 : 1));
  const storage = splitNano(podCosts.storage, weights);
  const network = splitNano(podCosts.network, weights);
  return shares.map((share, index) => ({
    pod,
    container: share.container,
    cpuCoreHours: share.cpuCores * hours,
    ramByteHours: share.ramBytes * hours,
    gpuHours: share.gpus * hours,
    cpuRequestCoreHours: share.cpuRequestCores * hours,
    cpuUsageCoreHours: share.cpuUsageCores * hours,
    ramRequestByteHours: share.ramRequestBytes * hours,
    ramUsageByteHours: share.ramUsageBytes * hours,
    gpuUsageHours: share.gpusUsed === null ? null : share.gpusUsed * hours,
    cpuNano: nanoInWindow(share.cpuCores * hours * price.cpuCoreHour, snapshot.window),
    ramNano: nanoInWindow((share.ramBytes / GIB) * hours * price.ramGiBHour, snapshot.window),
    gpuNano: nanoInWindow(share.gpus * hours * price.gpuHour, snapshot.window),
    storageNano: storage[index] ?? 0,
    networkNano: network[index] ?? 0,
    loadBalancerNano: 0,
    coverage: share.coverage,
  }));
}

function loadBalancers(snapshot: Snapshot, pricing: PricingConfig): readonly UnattachedCost[] {
  const hours = windowHours(snapshot.window);
  return snapshot.loadBalancers.map((balancer) => ({
    namespace: balancer.namespace,
    name: balancer.name,
    kind: 'load-balancer',
    nano: nanoInWindow(pricing.loadBalancerHour * balancer.upShare * hours, snapshot.window),
  }));
}
