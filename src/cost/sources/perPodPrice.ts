import { dollarsIn } from '../config.ts';
import { podRate } from '../priceRules.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

/** Nodes that are no machines (Fargate, GKE Autopilot, virtual nodes): rates for what each pod reserves. */
export const perPodPrice: NodePriceSource = {
  name: 'per-pod',
  label: 'a provider’s rates per pod',
  priceOf({ facts, perPod: rule, pricing }) {
    if (rule === null) return { silent: null };
    const found = podRate(rule, facts);
    const exchange = dollarsIn(pricing);
    if (found === null || exchange === null)
      return { silent: `the rates of ${rule.what} are in USD, not ${pricing.currency}` };
    const { rate, isStandIn } = found;
    const kind = rate.isSpot === true ? ', spot' : '';
    const size = rule.sizes === undefined ? 'what it reserves' : 'the size it is sold as';
    return {
      cpuCoreHour: rate.cpuCoreHour * exchange,
      ramGiBHour: rate.ramGiBHour * exchange,
      gpuHour: pricing.gpuHour,
      reason: `${rule.what} in ${rate.region}${kind}: each pod by ${size}, ${rate.cpuCoreHour} a core-hour and ${rate.ramGiBHour} a GiB-hour (${rate.source ?? `${rule.asOf}, not confirmed by a public page`}); nothing is idle.`,
      confidence: isStandIn ? 0.5 : rate.source === undefined ? 0.7 : 0.9,
      ...(isStandIn && {
        standsInFor: `${rule.what} in ${facts.region ?? 'an unknown region'}; give cpuCoreHour and ramGiBHour in pricing.nodes`,
      }),
      perPod: rule.kind,
    };
  },
};
