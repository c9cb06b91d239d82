import type { NodePriceSource } from './nodePriceSource.ts';

/** Flat rates per core-hour and GiB-hour: the last resort. Both zero means that there are none. */
export const flatPrice: NodePriceSource = {
  name: 'flat',
  label: 'flat rates',
  lastResort: true,
  priceOf({ facts, pricing }) {
    const spot = facts.capacityType === 'spot' ? pricing.spot : undefined;
    const rates = spot ?? pricing;
    if (rates.cpuCoreHour + rates.ramGiBHour <= 0) return { silent: 'the flat rates are zero' };
    const name = spot === undefined ? 'flat rates' : 'flat spot rates';
    return {
      cpuCoreHour: rates.cpuCoreHour,
      ramGiBHour: rates.ramGiBHour,
      gpuHour: rates.gpuHour,
      reason: `${name} of the configuration: ${rates.cpuCoreHour} a core-hour, ${rates.ramGiBHour} a GiB-hour.`,
    };
  },
};
