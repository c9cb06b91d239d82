import type { Nano } from '../model/money.ts';
import type { PodSample } from '../model/snapshot.ts';
import { SECOND_MS, type Window } from '../model/time.ts';
import { nanoInWindow, splitNano } from './exact.ts';
import { GIB } from './nodes.ts';
import type { PricingConfig } from './config.ts';

/** What a pod's egress costs, by where it went. */
export interface NetworkCost {
  readonly zone: Nano;
  readonly region: Nano;
  readonly internet: Nano;
}

/**
 * Cost of a pod's egress in a window. Only an exporter that tells destinations apart makes it billable:
 * cAdvisor's transmit counter mixes free traffic inside the zone with egress to the internet, so it is shown
 * but not priced.
 */
export function networkCost(pod: PodSample, window: Window, pricing: PricingConfig): NetworkCost {
  const egress = pod.egress ?? null;
  const perSecond = [
    (egress?.zoneBytesPerSecond ?? 0) * pricing.network.zoneGiB,
    (egress?.regionBytesPerSecond ?? 0) * pricing.network.regionGiB,
    (egress?.internetBytesPerSecond ?? 0) * pricing.network.internetGiB,
  ];
  const seconds = (window.end - window.start) / SECOND_MS;
  const units = (perSecond.reduce((sum, part) => sum + part, 0) * seconds) / GIB;
  const [zone = 0, region = 0, internet = 0] = splitNano(nanoInWindow(units, window), perSecond);
  return { zone, region, internet };
}
