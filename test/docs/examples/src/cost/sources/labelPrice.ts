import { capacityOf } from '../nodes.ts';
import { splitNodePrice } from '../splitNodePrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

const LABEL = 'example.com/hourly';

/** The price that a node's own label states. */
export const labelPrice: NodePriceSource = {
  name: 'label',
  label: 'a label of the node',
  priceOf({ node, pricing }) {
    const hourly = Number(node.labels?.[LABEL] ?? Number.NaN);
    if (!(hourly > 0)) return { silent: null };
    const split = splitNodePrice(hourly, capacityOf(node), pricing);
    if (split === null) return { silent: `${LABEL} is set, but the node's capacity is unknown` };
    return { ...split, confidence: 1, reason: `${LABEL} says ${hourly} an hour.` };
  },
};
