import type { WindowCosts } from '../model/cost.ts';
import type { DataProblem } from '../model/snapshot.ts';

/**
 * Nodes that nobody could price, and nodes whose price is a stand-in, as problems of the window: what
 * runs there is not free, and the report says so by its coverage.
 */
export function pricingProblems(costs: WindowCosts): readonly DataProblem[] {
  return costs.nodes
    .filter(({ price }) => price.coverage < 1)
    .map(({ node, price }) => ({
      code: 'unpriced-node',
      subject: node,
      text:
        price.source === 'none'
          ? `Node ${node} has no price, so what runs on it seems to cost nothing. ${price.reason} Add it to pricing.nodes or the price list.`
          : `Node ${node} is priced by flat rates for want of a better source. ${price.reason} Add it to pricing.nodes or the price list.`,
    }));
}
