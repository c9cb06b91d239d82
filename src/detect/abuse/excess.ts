import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { quantileOf } from './quantile.ts';
import { SCALES_FROM } from './scaling.ts';
import type { Facts } from './signal.ts';

/**
 * How many times what its traffic accounts for it uses; null where traffic tells nothing of it. In an episode's first
 * hour the hour's average lags behind: then the episode's windows count.
 */
export function timesItsTraffic({ suspicion, track, window }: Facts): number | null {
  const { traffic } = suspicion;
  if (traffic === null) return null;
  const isFirstHour = window.end - track.since <= HOUR_MS;
  const used = isFirstHour ? Math.max(traffic.used, quantileOf(track.recent, 0.5)) : traffic.used;
  return traffic.accounted > 0 ? used / traffic.accounted : Infinity;
}

/**
 * True where the excess goes with the traffic. A day has varied as much as days do: from then on the better guess
 * counts.
 */
export function goesWithTraffic({ scaling, window, track }: Facts): boolean | null {
  if (scaling === null) return null;
  const { isSure, elasticity } = scaling;
  if (isSure !== null || elasticity === null || window.end - track.since < DAY_MS) return isSure;
  return elasticity >= SCALES_FROM;
}

/**
 * Known software that uses somewhat more than its traffic accounts for: a release, a slower node, answers of fewer
 * bytes and a small miner look alike until the traffic has varied.
 */
export function isUndecidedExcess(facts: Facts): boolean {
  const { normal, track, window } = facts;
  const times = timesItsTraffic(facts);
  if (times === null || normal.isDeployed || goesWithTraffic(facts) === false) return false;
  return window.end - track.since < DAY_MS && times < mostTimes(facts);
}

/**
 * So many times what its traffic accounts for is not worth a warning if it goes with the traffic. After a release
 * that uses no more than ordinarily at that hour, but with fewer bytes, however many: its answers have got smaller.
 */
export function mostTimes({ suspicion, track, thresholds }: Facts): number {
  const isAfterRelease =
    track.imageSince > track.firstSeen && Math.abs(track.since - track.imageSince) <= DAY_MS;
  const isByTrafficAlone = !suspicion.isHot || suspicion.by === 'traffic';
  return isAfterRelease && isByTrafficAlone ? Infinity : 1 + thresholds.novelty.strongShare;
}
