import { formatTime } from '../../model/time.ts';
import { capacityOf } from '../nodes.ts';
import type { NodeFacts } from '../../model/nodeFacts.ts';
import type { PriceListEntry } from '../priceList.ts';
import { splitNodePrice } from '../splitNodePrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

/** A price list by instance type, region and capacity type; the operator's own list before the shipped ones. */
export const priceListPrice: NodePriceSource = {
  name: 'price-list',
  label: 'a price list',
  priceOf({ node, facts, pricing, priceLists }) {
    if (facts.instanceType === null) return { silent: 'it has no instance type label' };
    const capacity = capacityOf(node);
    const misses: string[] = [];
    for (const list of priceLists) {
      const entry =
        list.currency === pricing.currency ? list.find(facts.instanceType, facts.region) : null;
      const quote = entry === null ? null : quoteFor(entry, facts);
      if (entry === null || quote === null) {
        misses.push(
          list.currency === pricing.currency
            ? `not in ${list.source}`
            : `${list.source} is in ${list.currency}, not ${pricing.currency}`,
        );
        continue;
      }
      if ((capacity.gpus ?? 0) > 0 && entry.accelerators === 0) {
        misses.push(`${list.source} prices it without its GPUs`);
        continue;
      }
      // The node's own capacity first: what it has is what is allocated.
      const split = splitNodePrice(
        quote.price,
        {
          cpuCores: capacity.cpuCores ?? entry.vcpus,
          ramGiB: capacity.ramGiB ?? entry.memoryGiB,
          gpus: capacity.gpus ?? entry.accelerators,
        },
        pricing,
      );
      if (split === null) continue;
      const where = entry.region === '' ? '' : ` in ${entry.region}`;
      const dated = list.asOf === null ? '' : `, ${formatTime(list.asOf).slice(0, 10)}`;
      const reason = `${entry.instanceType}${where}, ${quote.kind}: ${quote.price} an hour (${list.source}${dated}).`;
      return { ...split, reason };
    }
    const region = facts.region === null ? 'region unknown' : `region ${facts.region}`;
    const searched = misses.length === 0 ? 'there is no price list' : misses.join(', ');
    return { silent: `instance type ${facts.instanceType} (${region}): ${searched}` };
  },
};

function quoteFor(
  entry: PriceListEntry,
  facts: NodeFacts,
): { readonly price: number; readonly kind: string } | null {
  if (facts.capacityType === 'spot') {
    const zone = facts.zones.find((name) => entry.spotByZone.has(name));
    const inZone = zone === undefined ? undefined : entry.spotByZone.get(zone);
    if (inZone !== undefined) return { price: inZone, kind: `spot in ${zone}` };
    if (entry.spotPrice !== null) return { price: entry.spotPrice, kind: 'spot' };
  }
  if (entry.price === null) return null;
  const kind =
    facts.capacityType === 'spot' ? 'on-demand, as the list has no spot price' : 'on-demand';
  return { price: entry.price, kind };
}
