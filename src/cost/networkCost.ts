import type { PodSample } from '../model/snapshot.ts';
import { GIB } from './nodes.ts';
import type { PricingConfig } from './sources/nodePriceSource.ts';

/**
 * Cost of a pod's egress in units of currency. Only an exporter that tells destinations apart makes it
 * billable: cAdvisor's transmit counter mixes free traffic inside the zone with egress to the internet,
 * so it is shown but not priced.
 */
export function networkCost(pod: PodSample, seconds: number, pricing: PricingConfig): number {
  const egress = pod.egress ?? null;
  if (egress === null) return 0;
  const perSecond =
    (egress.zoneBytesPerSecond ?? 0) * pricing.network.zoneGiB +
    (egress.regionBytesPerSecond ?? 0) * pricing.network.regionGiB +
    (egress.internetBytesPerSecond ?? 0) * pricing.network.internetGiB;
  return (perSecond * seconds) / GIB;
}
