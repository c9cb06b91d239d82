import { unknown, type Facts, type Measurement, type Signal } from '../signal.ts';

/** An indicator counts only where something is burnt: an image alone harms nobody. A pause of a miner that was seen does not. */
export function isActive(
  { cores }: Facts['subject'],
  { signs }: Facts['track'],
  { minCores }: Facts['thresholds'],
): boolean {
  return signs.length > 0 || cores >= minCores / 2;
}

/** A known miner's image, name, argument, pool or wallet (`thresholds/signatures.yaml`), at work. */
export const signature: Signal = {
  name: 'signature',
  family: 'spec',
  unit: 'indicator',
  measure(facts): Measurement {
    const { strong, isSpecKnown } = facts.indicators;
    if (strong.length === 0 && !isSpecKnown)
      return unknown('Commands, arguments and environment are not known; the image shows nothing');
    return {
      value: strong.length === 0 ? null : strong.join(', '),
      threshold: null,
      strength:
        strong.length > 0 && isActive(facts.subject, facts.track, facts.thresholds)
          ? facts.thresholds.points.warning
          : 0,
      text:
        strong.length === 0
          ? 'No signature of a known miner'
          : `Matches ${strong.join(', ')}${isActive(facts.subject, facts.track, facts.thresholds) ? '' : ', but is not active'}`,
    };
  },
};

/** Ordinary things that miners also have: a pool's port, a threads flag, huge pages for hashing. */
export const weakIndicator: Signal = {
  name: 'weak-indicator',
  family: 'spec',
  unit: 'indicator',
  measure(facts): Measurement {
    const { weak, isSpecKnown } = facts.indicators;
    if (weak.length === 0 && !isSpecKnown)
      return unknown('Commands, arguments, environment and ports are not known');
    return {
      value: weak.length === 0 ? null : weak.join(', '),
      threshold: null,
      strength:
        weak.length > 0 && isActive(facts.subject, facts.track, facts.thresholds)
          ? facts.thresholds.points.weak
          : 0,
      text: weak.length === 0 ? 'No weak indicator' : `Shows ${weak.join(', ')}`,
    };
  },
};
