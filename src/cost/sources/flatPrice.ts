import type { NodePriceSource } from './nodePriceSource.ts';

/** Flat rates per core-hour and GiB-hour: the last resort. Both zero means that there are none. */
export const flatPrice: NodePriceSource = {
  name: 'flat',
  label: 'flat rates',
  priceOf({ node, facts, perPod, pricing }) {
    const spot = facts.capacityType === 'spot' ? pricing.spot : undefined;
    const rates = spot ?? pricing;
    if (rates.cpuCoreHour + rates.ramGiBHour <= 0) return { silent: 'the flat rates are zero' };
    const name = spot === undefined ? 'flat rates' : 'flat spot rates';
    const cards = (node.gpus ?? 0) > 0 ? `, ${rates.gpuHour} a GPU-hour` : '';
    const gaps = [
      ...(facts.capacityType === 'spot' && spot === undefined
        ? ['on-demand flat rates for spot capacity; give pricing.spot']
        : []),
      ...(facts.os === 'windows' ? ['rates without Windows'] : []),
    ];
    const standsIn = facts.instanceType !== null || gaps.length > 0 || perPod !== null;
    return {
      cpuCoreHour: rates.cpuCoreHour,
      ramGiBHour: rates.ramGiBHour,
      gpuHour: rates.gpuHour,
      reason: `${name} of the configuration: ${rates.cpuCoreHour} a core-hour, ${rates.ramGiBHour} a GiB-hour${cards}.`,
      confidence: standsIn ? 0.5 : 0.8,
      ...(standsIn && { standsInFor: gaps.join(', ') }),
      ...(perPod !== null && { perPod: perPod.kind }),
    };
  },
};
