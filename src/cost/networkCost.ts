import type { Nano } from '../model/money.ts';
import type { EgressSample, PodSample } from '../model/snapshot.ts';
import { SECOND_MS, type Window } from '../model/time.ts';
import { nanoInWindow, splitNano } from './exact.ts';
import { GIB } from './nodes.ts';
import type { PricingConfig } from './config.ts';

/** What a pod's egress costs, by where it went. */
export interface NetworkCost {
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
export function networkCost(pod: PodSample, window: Window, pricing: PricingConfig): NetworkCost {
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
