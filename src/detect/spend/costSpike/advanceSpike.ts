import type { CostSpikeThresholds } from './thresholds.ts';
import { DAY_MS, HOUR_MS, HOURS_PER_MONTH, type TimeMs } from '../../../model/time.ts';
import type { NormalHour } from './normalHour.ts';
import { pushHour, HOURS_KEPT, type PastHours, type Spike } from './spikeState.ts';

type Rules = CostSpikeThresholds['costSpike'];

export interface SpikeStep {
  readonly past: PastHours;
  readonly said: 'firing' | 'clear' | 'adopted' | null;
}

/**
 * Takes one hour in. While costs are above normal their hours stay out of the normal, so that a spike does not
 * raise it; after a week the rise is taken for the new normal and what was before it is let go.
 */
export function advanceSpike(
  past: PastHours,
  hour: TimeMs,
  cost: number | null,
  normal: NormalHour | null,
  rules: Rules,
): SpikeStep {
  // An unknown hour says nothing: it neither opens nor closes.
  if (cost === null) return { past: pushHour(past, hour, null), said: null };
  const above = normal !== null && isAbove(cost, normal, rules);
  const { spike } = past;
  if (spike === null && !above) return { past: pushHour(past, hour, cost), said: null };
  const next = grow(spike, hour, cost, normal, above);
  if (next.hoursBelow >= rules.hoursOut) {
    const calm = next.costs.slice(-next.hoursBelow);
    return { past: refill(past, hour, calm), said: next.open ? 'clear' : null };
  }
  if (hour - next.onset >= rules.adoptAfterDays * DAY_MS) {
    return { past: adopt(past, hour, next), said: next.open ? 'adopted' : null };
  }
  const perMonth = (next.excess / next.costs.length) * HOURS_PER_MONTH;
  const open =
    next.open ||
    ((next.hoursAbove >= rules.hoursIn || isSudden(cost, normal, above, rules)) &&
      next.excess >= rules.minExcess &&
      perMonth >= rules.minExcessPerMonth);
  const kept = { ...pushHour(past, hour, null), spike: { ...next, open } };
  return { past: kept, said: open ? 'firing' : null };
}

/** So far above that one hour suffices, if it costs enough. */
function isSudden(cost: number, normal: NormalHour | null, above: boolean, rules: Rules): boolean {
  return above && normal !== null && cost >= normal.cost * rules.suddenFactor;
}

function isAbove(cost: number, normal: NormalHour, rules: Rules): boolean {
  const deviation = Math.max(normal.deviation, rules.minDeviation * normal.cost);
  return cost > normal.cost * rules.factor && cost > normal.cost + rules.sigmas * deviation;
}

function grow(
  spike: Spike | null,
  hour: TimeMs,
  cost: number,
  normal: NormalHour | null,
  above: boolean,
): Spike {
  const before: Spike = spike ?? {
    onset: hour,
    excess: 0,
    hoursAbove: 0,
    hoursBelow: 0,
    open: false,
    costs: [],
  };
  return {
    ...before,
    excess: before.excess + Math.max(0, cost - (normal?.cost ?? cost)),
    hoursAbove: above ? before.hoursAbove + 1 : before.hoursAbove,
    hoursBelow: above ? 0 : before.hoursBelow + 1,
    costs: [...before.costs, cost].slice(-HOURS_KEPT),
  };
}

/** The spike is over: the calm hours at its end are ordinary ones after all. */
function refill(past: PastHours, hour: TimeMs, calm: readonly number[]): PastHours {
  const all = pushHour(past, hour, null);
  const hours = Float32Array.from(all.hours);
  calm.forEach((cost, index) => {
    hours[hours.length - calm.length + index] = cost;
  });
  return { ...all, hours, spike: null };
}

/** It has lasted: the hours since the onset are the normal now. */
function adopt(past: PastHours, hour: TimeMs, spike: Spike): PastHours {
  const hours = Float32Array.from(spike.costs);
  return { ...past, start: hour - (hours.length - 1) * HOUR_MS, hours, spike: null };
}
