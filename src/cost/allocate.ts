import type { Allocation, NodePrice, UnattachedCost, WindowCosts } from '../model/cost.ts';
import { smallestShare } from '../model/coverage.ts';
import type { ContainerSample, EgressSample, PodSample, Snapshot } from '../model/snapshot.ts';
import { windowHours, SECOND_MS, type Window } from '../model/time.ts';
import { containerShares, reservation, type NodeRoom, type PodSize } from './allocateContainers.ts';
import { allocateVolumes, NO_PART, type VolumePart } from './allocateVolumes.ts';
import { nanoInWindow, splitNano } from './exact.ts';
import { nodeCosts } from './nodeCosts.ts';
import { roomsOfWishes } from './nodeRoom.ts';
import { GIB, UNKNOWN_NODE } from './nodes.ts';
import { UNPRICED } from './priceNodes.ts';
import { perPodRuleOf, type PerPodRule } from './priceRules.ts';
import type { PricingConfig } from './config.ts';
import { allocatedAtMost } from './unknownCost.ts';
import type { Nano } from '../model/money.ts';

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
  const rooms = roomsOfWishes(snapshot);
  const seen = new Set<string>();
  for (const pod of snapshot.pods) {
    // A pod is billed by its UID, once, whatever the source repeats.
    if (seen.has(pod.uid)) continue;
    seen.add(pod.uid);
    const price = prices.get(pod.node ?? UNKNOWN_NODE) ?? UNPRICED;
    const network = networkCost(pod, snapshot.window, pricing);
    const storage = volumes.byPod.get(pod.uid) ?? NO_PART;
    allocations.push(
      ...allocatePod(pod, snapshot, price, { storage, network, room: rooms.get(pod.uid) }),
    );
    if (pod.containers.length === 0) unattached.push(...withoutContainers(pod, storage, network));
  }
  const nodes = nodeCosts(snapshot, prices, allocations);
  const atMostNano = allocatedAtMost(snapshot, { allocations, nodes }, pricing);
  return { allocations, nodes, unattached, ...(atMostNano !== null && { atMostNano }) };
}

/** What a pod costs whose containers were not seen. */
function withoutContainers(
  { namespace, name }: PodSample,
  storage: VolumePart,
  network: NetworkCost,
): readonly UnattachedCost[] {
  const costs: readonly UnattachedCost[] = [
    { namespace, name, kind: 'volume', ...storage },
    {
      namespace,
      name,
      kind: 'network',
      nano: network.zone + network.region + network.internet,
      zoneNano: network.zone,
      regionNano: network.region,
    },
  ];
  return costs.filter(({ nano }) => nano > 0);
}

function allocatePod(
  pod: PodSample,
  snapshot: Snapshot,
  price: NodePrice,
  podCosts: {
    readonly storage: VolumePart;
    readonly network: NetworkCost;
    readonly room: NodeRoom | undefined;
  },
): readonly Allocation[] {
  const hours = windowHours(snapshot.window);
  const rule = price.perPod ? perPodRuleOf(price.perPod) : null;
  const size = rule === null ? null : podSize(pod, rule);
  const shares = containerShares(pod, podCosts.room, size);
  // What a pod has as a whole (volumes, egress) is split evenly over its main containers, as OpenCost does.
  const hasMain = pod.containers.some((container) => !container.init);
  const weights = pod.containers.map((container) => (container.init && hasMain ? 0 : 1));
  const storage = splitNano(podCosts.storage.nano, weights);
  const main = weights.filter((weight) => weight > 0).length;
  const zone = splitNano(podCosts.network.zone, weights);
  const region = splitNano(podCosts.network.region, weights);
  const internet = splitNano(podCosts.network.internet, weights);
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
    storageBytes: (podCosts.storage.bytes * (weights[index] ?? 0)) / main,
    networkNano: (zone[index] ?? 0) + (region[index] ?? 0) + (internet[index] ?? 0),
    networkZoneNano: zone[index] ?? 0,
    networkRegionNano: region[index] ?? 0,
    loadBalancerNano: 0,
    ...coverageOf(share.container, price, podCosts.network),
  }));
}

/** What is known of traffic whose destinations are assumed; as of a stand-in price. */
const ASSUMED_COVERAGE = 0.5;

function coverageOf(
  { coverage, coverageBy }: ContainerSample,
  price: NodePrice,
  network: NetworkCost,
): Pick<Allocation, 'coverage' | 'coverageBy'> {
  const alike = {
    cpu: coverage,
    memory: coverage,
    requests: coverage,
    network: coverage,
    disk: coverage,
  };
  const seen = coverageBy ?? alike;
  const shares = {
    ...seen,
    network: network.isAssumed ? Math.min(seen.network, ASSUMED_COVERAGE) : seen.network,
    price: price.coverage,
  };
  const networkNano = network.zone + network.region + network.internet;
  return { coverage: smallestShare(shares, { networkNano }), coverageBy: shares };
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

/** What a pod's egress costs, by where it went. */
interface NetworkCost {
  readonly zone: Nano;
  readonly region: Nano;
  readonly internet: Nano;
  /** Where it went is assumed (`pricing.network.assumed`). */
  readonly isAssumed: boolean;
}

/**
 * What a pod sends to where it costs something. An exporter that tells destinations apart measures it (OpenCost's, or
 * Retina); else it may be assumed as shares of cAdvisor's counter, which mixes free traffic inside the zone with all other.
 * Null where neither is: then the counter is shown but not priced.
 */
function billableEgress(
  { egress, networkTransmitBytesPerSecond: sent }: PodSample,
  { network: { assumed } }: PricingConfig,
): { readonly egress: EgressSample; readonly isAssumed: boolean } | null {
  if (egress !== undefined && egress !== null) return { egress, isAssumed: false };
  if (assumed === undefined || sent === null) return null;
  const shares = {
    zoneBytesPerSecond: sent * assumed.zone,
    regionBytesPerSecond: null,
    internetBytesPerSecond: sent * assumed.internet,
  };
  return { egress: shares, isAssumed: true };
}

/** Cost of a pod's egress in a window. */
function networkCost(pod: PodSample, window: Window, pricing: PricingConfig): NetworkCost {
  const { egress = null, isAssumed = false } = billableEgress(pod, pricing) ?? {};
  const perSecond = [
    (egress?.zoneBytesPerSecond ?? 0) * pricing.network.zoneGiB,
    (egress?.regionBytesPerSecond ?? 0) * pricing.network.regionGiB,
    (egress?.internetBytesPerSecond ?? 0) * pricing.network.internetGiB,
  ];
  const seconds = (window.end - window.start) / SECOND_MS;
  const units = (perSecond.reduce((sum, part) => sum + part, 0) * seconds) / GIB;
  const [zone = 0, region = 0, internet = 0] = splitNano(nanoInWindow(units, window), perSecond);
  return { zone, region, internet, isAssumed };
}

/** The size that a pod is sold as: what it reserves and what the provider adds, rounded up to a size that is sold. */
function podSize(pod: PodSample, rule: PerPodRule): PodSize {
  if (rule.freeNamespaces !== undefined && new RegExp(rule.freeNamespaces).test(pod.namespace))
    return { cpuCores: 0, ramBytes: 0 };
  const told = provisioned(pod);
  if (told !== null) return told;
  const cpuCores = reservation(pod, 'cpu');
  const ramGiB = reservation(pod, 'memory') / GIB + (rule.addedGiB ?? 0);
  for (const size of rule.sizes ?? []) {
    const memory = size.ramGiB.find((sold) => sold >= ramGiB - 1e-9);
    if (size.cpuCores >= cpuCores - 1e-9 && memory !== undefined)
      return { cpuCores: size.cpuCores, ramBytes: memory * GIB };
  }
  return { cpuCores, ramBytes: ramGiB * GIB };
}

/** Fargate writes the size that it chose on the pod: `CapacityProvisioned: 0.25vCPU 0.5GB`. */
function provisioned({ annotations }: PodSample): PodSize | null {
  const text = annotations['CapacityProvisioned'] ?? '';
  const [, cpu, memory] = /^([\d.]+)vCPU ([\d.]+)GB$/.exec(text) ?? [];
  return cpu === undefined ? null : { cpuCores: Number(cpu), ramBytes: Number(memory) * GIB };
}
