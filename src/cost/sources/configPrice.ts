import { matchesNode } from '../../model/nodeFacts.ts';
import { capacityOf } from '../nodes.ts';
import { splitNodePrice } from '../splitNodePrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

/** The operator's own price for a set of node labels: `pricing.nodes`, first match wins. */
export const configPrice: NodePriceSource = {
  name: 'config',
  label: 'the configuration',
  priceOf({ node, perPod, pricing }) {
    const index = pricing.nodes.findIndex((entry) => matchesNode(node, entry.match));
    const entry = pricing.nodes[index];
    if (entry === undefined) return { silent: null };
    const labels = Object.entries(entry.match)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
    const matched = `pricing.nodes[${index}] matches ${labels === '' ? 'every node' : labels}`;
    const { hourly, cpuCoreHour = 0, ramGiBHour = 0, gpuHour = pricing.gpuHour } = entry;
    if (hourly === undefined) {
      const reason = `${matched}: ${cpuCoreHour} a core-hour, ${ramGiBHour} a GiB-hour.`;
      const rates = { cpuCoreHour, ramGiBHour, gpuHour, reason, confidence: 1 };
      return perPod === null ? rates : { ...rates, perPod: perPod.kind };
    }
    const split = splitNodePrice(hourly, capacityOf(node), pricing);
    if (split === null) return { silent: `${matched}, but the node's capacity is unknown` };
    return { ...split, reason: `${matched}: ${hourly} an hour.`, confidence: 1 };
  },
};
