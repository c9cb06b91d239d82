import { medianOf, robustDeviation } from '../../../../model/quantile.ts';
import { unknown, type Facts, type Signal } from '../signal.ts';
import { formatShare } from '../../../../model/text/units.ts';

/** Robust coefficient of variation: 1.4826 MAD / median. */
export function robustSpread(values: readonly number[]): number {
  const median = medianOf(values);
  if (median <= 0) return Infinity;
  return robustDeviation(values, median) / median;
}

/** True for use that is flat or at the limit, and until some windows have told otherwise. */
export function isSteady(
  { recent, levelDwell }: Facts['track'],
  { shape }: Facts['thresholds'],
): boolean {
  return recent.length < shape.minWindows || levelDwell > 0 || robustSpread(recent) <= shape.flat;
}

/**
 * A plateau: miners were measured at a coefficient of variation of 1.5–13 % between samples, less over
 * windows. Not evidence by itself, and none at all where the limit makes it flat (CFS throttling).
 */
export const flatness: Signal = {
  name: 'flatness',
  family: 'shape',
  unit: 'share',
  measure({ track, subject, thresholds }) {
    if (track.recent.length < thresholds.shape.minWindows)
      return unknown(`Needs ${thresholds.shape.minWindows} suspicious windows`);
    const spread = robustSpread(track.recent);
    const isHeld = subject.throttled !== null && track.throttled > thresholds.shape.throttled;
    return {
      value: spread,
      threshold: thresholds.shape.flat,
      strength: spread <= thresholds.shape.flat && !isHeld ? 1 : 0,
      text: isHeld
        ? `Throttled in ${formatShare(track.throttled)} of periods: its limit makes the use steady`
        : `Use varies by ${formatShare(spread)} between windows`,
    };
  },
};
