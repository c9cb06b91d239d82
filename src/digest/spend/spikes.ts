import type { Nano } from '../../model/money.ts';
import { medianOf } from '../../model/quantile.ts';
import { addReason, inWholeNanos, type Parts } from './decompose.ts';

/** A day beyond so many median days is a spike. */
const SPIKE_FACTOR = 2;
/** A spike under this share of its week is noise. */
const LEAST_SHARE = 0.05;
/** Fewer days have no usual one. */
const LEAST_DAYS = 4;

/** What of a week's days lies beyond twice its median day; 0 for weeks without a usual day. */
export function spikeNano(days: readonly Nano[]): Nano {
  const lived = days.filter((nano) => nano > 0);
  if (lived.length < LEAST_DAYS) return 0;
  const most = SPIKE_FACTOR * medianOf(lived);
  const excess = lived.reduce((sum, nano) => sum + Math.max(0, nano - most), 0);
  const week = lived.reduce((sum, nano) => sum + nano, 0);
  return excess >= LEAST_SHARE * week ? Math.round(excess) : 0;
}

/** Drivers that a spike shows up in. */
const SPIKY = ['replicas', 'usage', 'requests'] as const;

/**
 * Names what spikes explain: it is taken out of more pods and more use, never more than these hold, so that
 * the parts add up as before.
 *
 * @param change of `spikeNano` from the week before to the week
 */
export function carveSpikes(parts: Parts, change: Nano): Parts {
  const sign = Math.sign(change);
  const pools = SPIKY.filter((driver) => Math.sign(parts.get(driver) ?? 0) === sign);
  const held = pools.reduce((sum, driver) => sum + Math.abs(parts.get(driver) ?? 0), 0);
  if (sign === 0 || held === 0) return parts;
  const whole = [...parts.values()].reduce((sum, nano) => sum + nano, 0);
  const taken = Math.min(Math.abs(change), held);
  const carved: Parts = new Map(parts);
  for (const driver of pools) {
    addReason(carved, driver, -(taken * (parts.get(driver) ?? 0)) / held);
  }
  addReason(carved, 'spikes', sign * taken);
  return inWholeNanos(carved, whole);
}
