import { unknown, type Facts, type Signal } from '../signal.ts';

/** What image, names and spec give away: what was found, how much it counts, and what is said of it. */
interface Mark extends Pick<Signal, 'name' | 'unit'> {
  found(facts: Facts): readonly string[];
  strength(facts: Facts): number;
  says(found: string, facts: Facts): string;
  readonly none: string;
  /** What is missing where nothing is found and specs are not known; null where it takes none. */
  readonly missing: string | null;
}

function signalOf({ name, unit, found, strength, says, none, missing }: Mark): Signal {
  return {
    name,
    family: 'spec',
    unit,
    measure(facts) {
      const value = found(facts).join(', ');
      if (value !== '')
        return { value, threshold: null, strength: strength(facts), text: says(value, facts) };
      return missing === null || facts.indicators.isSpecKnown
        ? { value: null, threshold: null, strength: 0, text: none }
        : unknown(missing);
    },
  };
}

/** An indicator counts only where something is burnt: an image alone harms nobody. A pause of a miner that was seen does not. */
export function isActive(
  { cores }: Facts['subject'],
  { signs }: Facts['track'],
  { minCores }: Facts['thresholds'],
): boolean {
  return signs.length > 0 || cores >= minCores / 2;
}

function ifActive(points: number, { subject, track, thresholds }: Facts): number {
  return isActive(subject, track, thresholds) ? points : 0;
}

/** A known miner's image, name, argument, pool or wallet (`thresholds/signatures.yaml`), at work. */
export const signature = signalOf({
  name: 'signature',
  unit: 'indicator',
  found: ({ indicators }) => indicators.strong,
  strength: (facts) => ifActive(facts.thresholds.points.warning, facts),
  says: (found, facts) =>
    `Matches ${found}${ifActive(1, facts) === 0 ? ', but is not active' : ''}`,
  none: 'No signature of a known miner',
  missing: 'Commands, arguments and environment are not known; the image shows nothing',
});

/** Ordinary things that miners also have: a pool's port, a downloader, a wallet's setting. */
export const weakIndicator = signalOf({
  name: 'weak-indicator',
  unit: 'indicator',
  found: ({ indicators }) => indicators.weak,
  strength: (facts) => ifActive(facts.thresholds.points.weak, facts),
  says: (found) => `Shows ${found}`,
  none: 'No weak indicator',
  missing: 'Commands, arguments, environment and ports are not known',
});

/**
 * Named like a part of Kubernetes, from somebody else's registry (seen: `kubernetesio/kube-controller`). Full strength only
 * when it is new: mirrors of the real thing are everywhere.
 */
export const systemLikeName = signalOf({
  name: 'system-like-name',
  unit: 'name',
  found: ({ indicators: { disguise } }) => (disguise === null ? [] : [disguise]),
  strength: ({ normal, thresholds }) => (normal.isDeployed ? 1 : thresholds.points.weak),
  says: (found) => `Named like ${found}, but its image comes from another registry`,
  none: 'Not named like a Kubernetes component, or from its registry',
  missing: null,
});
