import { meanKnown } from '../model/reading.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { dollarsIn, type PricingConfig } from './config.ts';
import type { PriceList } from './priceList.ts';

/** Karpenter's own prices, which it chooses machines by, as a list; null where it exports none. */
export function offeringList(snapshot: Snapshot, pricing: PricingConfig): PriceList | null {
  const { offerings = [] } = snapshot;
  const exchange = dollarsIn(pricing);
  if (offerings.length === 0 || exchange === null) return null;
  return {
    source: 'karpenter_cloudprovider_instance_type_offering_price_estimate',
    asOf: null,
    currency: pricing.currency,
    configured: false,
    // It tells no sizes.
    sizes: () => [],
    find(instanceType) {
      const own = offerings.filter((offering) => offering.instanceType === instanceType);
      const of = (capacityType: string): readonly (readonly [string, number])[] =>
        own
          .filter((offering) => offering.capacityType === capacityType && offering.price > 0)
          .map(({ zone, price }) => [zone, price * exchange]);
      const spotByZone = new Map(of('spot'));
      const [onDemand] = of('on-demand');
      if (onDemand === undefined && spotByZone.size === 0) return null;
      return {
        instanceType,
        region: '',
        os: 'linux',
        vcpus: null,
        memoryGiB: null,
        accelerators: null,
        price: onDemand?.[1] ?? null,
        spotPrice: meanKnown([...spotByZone.values()]),
        spotByZone,
      };
    },
  };
}
