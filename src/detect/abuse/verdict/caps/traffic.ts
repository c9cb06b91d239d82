import { DAY_MS, HOUR_MS } from '../../../../model/time.ts';
import { formatNumber } from '../../../../model/text/units.ts';
import { SCALES_FROM } from '../../evidence/scaling.ts';
import type { Facts } from '../../evidence/signal.ts';
import { medianOf } from '../../../../model/quantile.ts';
import { TWICE } from '../../evidence/signals/novelUse.ts';
import type { Cap } from '../cap.ts';

/**
 * The excess goes up and down with the traffic: each request costs more than it did, as after a release, on a
 * slower node, or when answers get smaller. A miner adds the same whatever the traffic. From a doubling on somebody
 * should look all the same.
 */
export const costsMorePerRequest: Cap = {
  name: 'costs-more-per-request',
  atMost: null,
  explains: true,
  applies(facts) {
    const times = timesItsTraffic(facts);
    return times !== null && goesWithTraffic(facts) === true && times < mostTimes(facts);
  },
  because(facts) {
    const times = formatNumber(timesItsTraffic(facts) ?? 0);
    return `Uses ${times} times what its traffic explains, and the excess follows its traffic`;
  },
};

/**
 * Known software that uses somewhat more than its traffic accounts for: a release, a slower node, answers of fewer
 * bytes and a small miner look alike until the traffic has varied.
 */
export const trafficHasNotVaried: Cap = {
  name: 'traffic-has-not-varied',
  atMost: 'info',
  applies(facts, families) {
    const { normal, track, window } = facts;
    const times = timesItsTraffic(facts);
    if (families.has('spec') || times === null || normal.isDeployed) return false;
    if (goesWithTraffic(facts) === false) return false;
    return window.end - track.since < DAY_MS && times < mostTimes(facts);
  },
  because: () =>
    'A release or a slower node may need this much more for the same traffic: undecided until traffic has varied',
};

/** A small excess over its traffic, with one more family. */
export const smallExcess: Cap = {
  name: 'small-excess',
  atMost: 'info',
  applies({ suspicion }, families) {
    const novelty = families.get('novelty') ?? 0;
    return suspicion.by === 'traffic' && novelty > 0 && novelty < 1 && families.size < 3;
  },
  because: () =>
    'A small lasting excess may be a slower node or a release: a warning needs a third family of evidence',
};

/**
 * How many times what its traffic accounts for it uses; null where traffic tells nothing of it. In an episode's first
 * hour the hour's average lags behind: then the episode's windows count.
 */
function timesItsTraffic({ suspicion, track, window }: Facts): number | null {
  const { traffic } = suspicion;
  if (traffic === null) return null;
  const isFirstHour = window.end - track.since <= HOUR_MS;
  const used = isFirstHour ? Math.max(traffic.used, medianOf(track.recent)) : traffic.used;
  return traffic.accounted > 0 ? used / traffic.accounted : Infinity;
}

/**
 * True where the excess goes with the traffic. A day has varied as much as days do: from then on the better guess
 * counts.
 */
function goesWithTraffic({ scaling, window, track }: Facts): boolean | null {
  if (scaling === null) return null;
  const { isSure, elasticity } = scaling;
  if (isSure !== null || elasticity === null || window.end - track.since < DAY_MS) return isSure;
  return elasticity >= SCALES_FROM;
}

/**
 * So many times what its traffic accounts for is not worth a warning if it goes with the traffic. After a release
 * that uses no more than ordinarily at that hour, but with fewer bytes, however many: its answers have got smaller.
 */
function mostTimes({ suspicion, track }: Facts): number {
  const isAfterRelease =
    track.imageSince > track.firstSeen && Math.abs(track.since - track.imageSince) <= DAY_MS;
  const isByTrafficAlone = !suspicion.isHot || suspicion.by === 'traffic';
  return isAfterRelease && isByTrafficAlone ? Infinity : TWICE;
}
