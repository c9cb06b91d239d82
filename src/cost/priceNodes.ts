import type { NodePrice } from '../model/cost.ts';
import type { NodeSample, Snapshot } from '../model/snapshot.ts';
import { matchesNode, nodeFacts, type NodeFacts } from '../model/nodeFacts.ts';
import { nodesOf } from './nodes.ts';
import type { PriceList } from './priceList.ts';
import { configPrice } from './sources/configPrice.ts';
import { exporterPrice } from './sources/exporterPrice.ts';
import { flatPrice } from './sources/flatPrice.ts';
import type { NodePriceSource } from './sources/nodePriceSource.ts';
import type { PricingConfig } from './config.ts';
import { offeringList } from './offeringList.ts';
import { perPodPrice } from './sources/perPodPrice.ts';
import { perPodRule } from './priceRules.ts';
import { priceListPrice } from './sources/priceListPrice.ts';

/** In the order in which they are asked; the first answer counts. */
export const PRICE_SOURCES: readonly NodePriceSource[] = [
  configPrice,
  perPodPrice,
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
  const offered = offeringList(snapshot, pricing);
  const own = priceLists.filter(({ configured }) => configured);
  const lists =
    offered === null
      ? priceLists
      : [...own, offered, ...priceLists.filter((list) => !own.includes(list))];
  for (const [name, node] of nodesOf(snapshot)) {
    prices.set(name, priceNode(node, pricing, lists));
  }
  return prices;
}

/** One node's price: the first source that answers, less the discount of the contracted bases. */
function priceNode(
  node: NodeSample,
  pricing: PricingConfig,
  priceLists: readonly PriceList[],
): NodePrice {
  const facts = nodeFacts(node, pricing.spotLabels);
  const asked = { node, facts, perPod: perPodRule(node), pricing, priceLists };
  const silences: string[] = [];
  for (const source of PRICE_SOURCES) {
    const answer = source.priceOf(asked);
    if ('reason' in answer) {
      const { standsInFor, perPod = null, ...rates } = answer;
      const why = [...silences, ...(standsInFor ? [standsInFor] : [])].join('; ');
      const because =
        standsInFor !== undefined && why !== '' ? ` A stand-in: ${why}.` : doubts(silences);
      const reason = answer.reason + because;
      const isGap =
        standsInFor !== undefined && isUnexpectedGap(asked.facts, source.name, priceLists);
      const priced = { ...rates, perPod, source: source.name, reason, coverage: isGap ? 0.5 : 1 };
      return discounted(priced, node, pricing);
    }
    if (answer.silent !== null) silences.push(answer.silent);
  }
  return {
    ...UNPRICED,
    reason: `No source prices this node: ${silences.join('; ')}.`,
  };
}

/** Sources that had a price which was not believed. */
function doubts(silences: readonly string[]): string {
  const doubted = silences.filter((silence) => silence.includes('cannot be'));
  return doubted.length === 0 ? '' : ` But ${doubted.join('; ')}.`;
}

/**
 * With a list of their own, people expect every machine in it: flat rates are then only a guess. So are they for spot
 * capacity and for Windows, which cost something else by their kind.
 */
function isUnexpectedGap(
  { instanceType, capacityType, os }: NodeFacts,
  source: string,
  lists: readonly PriceList[],
): boolean {
  if (source !== 'flat') return false;
  if (capacityType === 'spot' || os === 'windows') return true;
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
