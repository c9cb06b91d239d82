import { unknown, type Facts, type Measurement, type Signal } from '../signal.ts';

/** An indicator counts only where something is burnt: an image alone harms nobody. A pause of a miner that was seen does not. */
export function isActive(cores: number, signs: readonly number[], minCores: number): boolean {
  return signs.length > 0 || cores >= minCores / 2;
}

function found(value: string, points: number, text: string, facts: Facts): Measurement {
  const { subject, track, thresholds } = facts;
  return isActive(subject.cores, track.signs, thresholds.minCores)
    ? { value, threshold: null, strength: points, text }
    : { value, threshold: null, strength: 0, text: `${text}, but is not active` };
}

function nothing({ indicators }: Facts, text: string): Measurement {
  return indicators.isSpecKnown
    ? { value: null, threshold: null, strength: 0, text }
    : unknown('Commands, arguments, environment and ports are not known');
}

/** A known miner's image, name, argument, pool or wallet (`thresholds/signatures.yaml`), at work. */
export const signature: Signal = {
  name: 'signature',
  family: 'spec',
  unit: 'indicator',
  measure(facts) {
    const names = facts.indicators.strong.join(', ');
    return names === ''
      ? nothing(facts, 'No signature of a known miner')
      : found(names, facts.thresholds.points.warning, `Matches ${names}`, facts);
  },
};

/** Ordinary things that miners also have: a pool's port, a downloader, a wallet's setting. */
export const weakIndicator: Signal = {
  name: 'weak-indicator',
  family: 'spec',
  unit: 'indicator',
  measure(facts) {
    const names = facts.indicators.weak.join(', ');
    return names === ''
      ? nothing(facts, 'No weak indicator')
      : found(names, facts.thresholds.points.weak, `Shows ${names}`, facts);
  },
};

/** Named like a part of Kubernetes, from another registry (seen: `kubernetesio/kube-controller`); mirrors are not new. */
export const systemLikeName: Signal = {
  name: 'system-like-name',
  family: 'spec',
  unit: 'name',
  measure({ indicators: { disguise }, normal, thresholds }) {
    const points = normal.isDeployed ? 1 : thresholds.points.weak;
    return {
      value: disguise,
      threshold: null,
      strength: disguise === null ? 0 : points,
      text:
        disguise === null
          ? 'Not named like a Kubernetes component, or from its registry'
          : `Named like ${disguise}, but its image comes from another registry`,
    };
  },
};
