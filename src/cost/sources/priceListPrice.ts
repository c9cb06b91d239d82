import { formatTime } from '../../model/time.ts';
import { capacityOf } from '../nodes.ts';
import { splitNodePrice } from '../splitNodePrice.ts';
import { quoteOf } from './listPrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

/** A price list by instance type, region, system and capacity type; the operator's own list before the others. */
export const priceListPrice: NodePriceSource = {
  name: 'price-list',
  label: 'a price list',
  priceOf(asked) {
    const { node, facts, pricing, priceLists } = asked;
    if (facts.instanceType === null) return { silent: 'it has no instance type label' };
    const capacity = capacityOf(node);
    const misses: string[] = [];
    for (const list of priceLists) {
      const quote = quoteOf(asked, list);
      if (quote === null) {
        misses.push(
          list.currency === pricing.currency
            ? `not in ${list.source}`
            : `${list.source} is in ${list.currency}, not ${pricing.currency}`,
        );
        continue;
      }
      const { entry, hourly, kind, standsInFor, confidence } = quote;
      if ((capacity.gpus ?? 0) > 0 && entry.accelerators === 0) {
        misses.push(`${list.source} prices it without its GPUs`);
        continue;
      }
      // The node's own capacity first: what it has is what is allocated.
      const split = splitNodePrice(
        hourly,
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
      const price = Number(hourly.toPrecision(12));
      const reason = `${entry.instanceType}${where}, ${kind}: ${price} an hour (${list.source}${dated}).`;
      return { ...split, reason, confidence, ...(standsInFor !== null && { standsInFor }) };
    }
    const region = facts.region === null ? 'region unknown' : `region ${facts.region}`;
    const searched = misses.length === 0 ? 'there is no price list' : misses.join(', ');
    return { silent: `instance type ${facts.instanceType} (${region}): ${searched}` };
  },
};
