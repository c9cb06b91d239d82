import { capacityOf } from '../nodes.ts';
import { doubtOf } from './listPrice.ts';
import { splitNodePrice } from '../splitNodePrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

/**
 * Prices that a cost exporter (OpenCost's) left in Prometheus: per core, GiB and GPU, else the whole
 * node's, split. All zero is an exporter that does not know, not a node that is free.
 */
export const exporterPrice: NodePriceSource = {
  name: 'exporter',
  label: 'an exporter’s metrics',
  priceOf(asked) {
    const { node, perPod, pricing } = asked;
    const exported = node.exportedPrice;
    if (exported === null || perPod !== null) return { silent: null };
    const doubt = doubtOf(asked);
    if (doubt !== null) return { silent: doubt };
    const capacity = capacityOf(node);
    const { cpuCoreHour, ramGiBHour, gpuHour, totalHour } = exported;
    if (cpuCoreHour !== null && ramGiBHour !== null && cpuCoreHour + ramGiBHour > 0) {
      return {
        cpuCoreHour,
        ramGiBHour,
        gpuHour: gpuHour ?? ((capacity.gpus ?? 0) > 0 ? pricing.gpuHour : 0),
        reason: 'node_cpu_hourly_cost and node_ram_hourly_cost in Prometheus.',
        confidence: 0.9,
      };
    }
    if (totalHour !== null && totalHour > 0) {
      const split = splitNodePrice(totalHour, capacity, pricing);
      if (split !== null) {
        const reason = `node_total_hourly_cost in Prometheus: ${totalHour} an hour.`;
        return { ...split, reason, confidence: 0.9 };
      }
    }
    return { silent: 'the exporter has no usable price for it' };
  },
};
