import { formatTime } from '../../model/time.ts';
import { capacityOf } from '../nodes.ts';
import type { NodeFacts } from '../nodeFacts.ts';
import type { PriceList } from '../priceList.ts';
import { splitNodePrice } from '../splitNodePrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

/** A price list by instance type, region and capacity type; the operator's own list before the shipped one. */
export const priceListPrice: NodePriceSource = ({ node, facts, pricing, priceLists }) => {
  if (facts.instanceType === null) return { silent: 'no instance type label' };
  for (const list of priceLists) {
    if (list.currency !== pricing.currency) continue;
    const entry = list.find(facts.instanceType, facts.region, facts.cloud);
    const spot = facts.capacityType === 'spot';
    const price = spot ? (entry?.spotPrice ?? entry?.price) : entry?.price;
    if (entry === null || price === null || price === undefined) continue;
    // The node's own capacity first: what it has is what is allocated. The list's is for nodes without.
    const seen = capacityOf(node);
    const capacity = {
      cpuCores: seen.cpuCores ?? entry.vcpus,
      ramGiB: seen.ramGiB ?? entry.memoryGiB,
      gpus: seen.gpus,
    };
    const split = splitNodePrice(price, capacity, pricing);
    if (split === null) continue;
    const kind =
      spot && entry.spotPrice === null
        ? 'on-demand, as the list has no spot price'
        : facts.capacityType;
    const reason = `${entry.instanceType} in ${entry.region}, ${kind}: ${price} an hour (${describe(list)}).`;
    return { ...split, source: 'price-list', reason };
  }
  return { silent: missing(facts, priceLists, pricing.currency) };
};

function describe(list: PriceList): string {
  return list.asOf === null ? list.source : `${list.source}, ${formatTime(list.asOf).slice(0, 10)}`;
}

function missing(facts: NodeFacts, lists: readonly PriceList[], currency: string): string {
  const where = facts.region === null ? 'its region is unknown' : `region ${facts.region}`;
  const names = lists.map((list) =>
    list.currency === currency
      ? list.source
      : `${list.source} is in ${list.currency}, not ${currency}`,
  );
  const searched = names.length === 0 ? 'there is no price list' : names.join(', ');
  return `instance type ${facts.instanceType} (${where}) is not in the price lists (${searched})`;
}
