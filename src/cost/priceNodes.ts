import type { NodePrice } from '../model/cost.ts';
import type { NodeSample, Snapshot } from '../model/snapshot.ts';
import { matchesNode, nodeFacts } from '../model/nodeFacts.ts';
import { nodesOf } from './nodes.ts';
import type { PriceList } from './priceList.ts';
import { configPrice } from './sources/configPrice.ts';
import { exporterPrice } from './sources/exporterPrice.ts';
import { flatPrice } from './sources/flatPrice.ts';
import type { NodePriceSource } from './sources/nodePriceSource.ts';
import type { PricingConfig } from './config.ts';
import { priceListPrice } from './sources/priceListPrice.ts';

/** In the order in which they are asked; the first answer counts. */
export const PRICE_SOURCES: readonly NodePriceSource[] = [
  configPrice,
  exporterPrice,
  priceListPrice,
  flatPrice,
];

/** The price of a node that no source has a price for. */
export const UNPRICED: NodePrice = {
  cpuCoreHour: 0,
  ramGiBHour: 0,
  gpuHour: 0,
  coverage: 0,
  source: 'none',
  reason: 'No price was given for this node.',
};

/**
 * The price of every node that the window speaks of, by node name (see `nodesOf` for stand-ins).
 * A node that no source can price has source `none` and zero prices: it is reported, never taken as free.
 *
 * @param priceLists asked in order; the operator's own list first.
 */
export function priceNodes(
  snapshot: Snapshot,
  pricing: PricingConfig,
  priceLists: readonly PriceList[] = [],
): ReadonlyMap<string, NodePrice> {
  const prices = new Map<string, NodePrice>();
  for (const [name, node] of nodesOf(snapshot)) {
    prices.set(name, priceNode(node, pricing, priceLists));
  }
  return prices;
}

/** One node's price: the first source that answers, less the discount of the contracted bases. */
function priceNode(
  node: NodeSample,
  pricing: PricingConfig,
  priceLists: readonly PriceList[],
): NodePrice {
  const asked = { node, facts: nodeFacts(node), pricing, priceLists };
  const silences: string[] = [];
  for (const source of PRICE_SOURCES) {
    const answer = source.priceOf(asked);
    if ('reason' in answer) {
      const standIn =
        source.lastResort === true && isUnexpectedGap(asked.facts.instanceType, priceLists);
      const because = standIn ? ` A stand-in: ${silences.join('; ')}.` : '';
      const reason = answer.reason + because;
      const priced = { ...answer, source: source.name, reason, coverage: standIn ? 0.5 : 1 };
      return discounted(priced, node, pricing);
    }
    if (answer.silent !== null) silences.push(answer.silent);
  }
  return {
    ...UNPRICED,
    reason: `No source prices this node: ${silences.join('; ')}.`,
  };
}

/** With a list of their own, people expect every machine in it: flat rates are then only a guess. */
function isUnexpectedGap(instanceType: string | null, lists: readonly PriceList[]): boolean {
  return instanceType !== null && lists.some((list) => list.configured);
}

function discounted(price: NodePrice, node: NodeSample, pricing: PricingConfig): NodePrice {
  if (pricing.basis === 'list') return price;
  const discount = pricing.discounts.find((entry) => matchesNode(node, entry.match));
  if (discount === undefined) return price;
  const factor = 1 - discount.percent / 100;
  return {
    ...price,
    cpuCoreHour: price.cpuCoreHour * factor,
    ramGiBHour: price.ramGiBHour * factor,
    gpuHour: price.gpuHour * factor,
    reason: `${price.reason} Less ${discount.percent}% by contract.`,
  };
}
