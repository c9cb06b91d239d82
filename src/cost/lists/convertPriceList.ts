import type { PriceList, PriceListEntry } from '../priceList.ts';
import type { PricingConfig } from '../config.ts';

/** Quotes a list in the configured currency where an exchange rate is given; else it stays as it is. */
export function convertPriceList(list: PriceList, pricing: PricingConfig): PriceList {
  const rate =
    pricing.priceList.exchangeRate ?? (list.currency === 'USD' ? pricing.exchangeRate : undefined);
  if (rate === undefined || list.currency === pricing.currency) return list;
  return {
    ...list,
    source: `${list.source}, at ${rate} ${pricing.currency} for one ${list.currency}`,
    currency: pricing.currency,
    find: (instanceType, region, os) => {
      const entry = list.find(instanceType, region, os);
      return entry === null ? null : converted(entry, rate);
    },
    sizes: (like) => list.sizes(like).map((entry) => converted(entry, rate)),
  };
}

function converted(entry: PriceListEntry, rate: number): PriceListEntry {
  const times = (price: number | null): number | null => (price === null ? null : price * rate);
  const spots = [...entry.spotByZone].map(([zone, price]) => [zone, price * rate] as const);
  return {
    ...entry,
    price: times(entry.price),
    spotPrice: times(entry.spotPrice),
    spotByZone: new Map(spots),
  };
}
