import { goesWithTraffic, mostTimes, timesItsTraffic } from '../excess.ts';
import { unknown, type Signal } from '../signal.ts';
import { formatNumber } from '../../../model/text/units.ts';

/** Takes what novelty, silence and a plateau can count together: they are all that one excess. */
const ALL = 3;

/**
 * The excess goes up and down with the traffic: each request costs more than it did, as after a release, on a
 * slower node, or when answers get smaller. A miner adds the same whatever the traffic. From a doubling on somebody
 * should look all the same.
 */
export const scalesWithTraffic: Signal = {
  name: 'scales-with-traffic',
  family: 'suppressor',
  unit: 'elasticity',
  measure(facts) {
    const { scaling } = facts;
    const times = timesItsTraffic(facts);
    if (scaling === null || times === null)
      return unknown('Its traffic says too little of its use');
    const goes = goesWithTraffic(facts);
    const how =
      goes === null
        ? 'traffic has not varied enough to tell whether the excess follows it'
        : goes
          ? 'the excess follows its traffic'
          : 'the excess does not follow its traffic';
    return {
      value: scaling.elasticity,
      threshold: null,
      strength: goes === true && times < mostTimes(facts) ? ALL : 0,
      text: `Uses ${formatNumber(times)} times what its traffic explains; ${how}`,
    };
  },
};
