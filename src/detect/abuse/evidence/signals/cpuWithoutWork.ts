import { formatBytesPerSecond, formatShare } from '../../../../model/text/units.ts';
import { silentBelow } from '../../excess/excess.ts';
import { HOUR_UNITS } from '../../state/state.ts';
import { unknown, type Facts, type Signal } from '../signal.ts';
import { isSteady } from './plateau.ts';

interface Work {
  readonly bytesPerCoreSecond: number;
  /** So many bytes a core-second would still be silence. */
  readonly silentBelow: number;
  /** Share of the added use that the added bytes account for; null without a ratio of its own. */
  readonly explained: number | null;
  /** True after an hour on end of steady use against a normal. */
  readonly isLasting: boolean;
  /** True where it comes with much less than its CPU ordinarily does, or lasts with less than half: moved in passing. */
  readonly isInPassing: boolean;
}

function workOf({ track, normal, subject, thresholds }: Facts): Work | null {
  if (track.ioCoreSeconds <= 0 || subject.net === null) return null;
  const { weakShare, explainedShare, silentBytesPerCoreSecond } = thresholds.work;
  const { base, siblings } = normal;
  const perCore = base?.bytesPerCoreSecond ?? 0;
  const bytesPerCoreSecond = track.extraBytes / track.ioCoreSeconds;
  // A few hours do not tell what a core-second ordinarily comes with; siblings do, which have the same hour.
  const isKnown =
    (base?.isProvisional !== true || base === siblings) && perCore > silentBytesPerCoreSecond;
  const explained = isKnown ? bytesPerCoreSecond / perCore : null;
  const isLasting = base !== null && track.hotWindows >= HOUR_UNITS && isSteady(track, thresholds);
  return {
    bytesPerCoreSecond,
    isLasting,
    silentBelow: silentBelow(track.recent.at(-1) ?? 0, subject, thresholds),
    explained,
    isInPassing: explained !== null && explained < (isLasting ? explainedShare : weakShare),
  };
}

/** True where the added use surely moves so many bytes a core-second (by default more than silence), and not in passing. */
export function isWorking(facts: Facts, least = 0): boolean {
  const work = workOf(facts);
  if (work === null || work.isInPassing) return false;
  return work.bytesPerCoreSecond >= Math.max(least, work.silentBelow);
}

/**
 * CPU that moves no data: a hash needs no input. It is silent by the floor rule, or with a tenth of the workload's own bytes.
 * With the disk unknown silence is a hint, until an hour on end of steady use: compactions and indexing are over by then.
 */
export const cpuWithoutWork: Signal = {
  name: 'cpu-without-work',
  family: 'work',
  unit: 'bytes/core-second',
  measure(facts) {
    const { thresholds, suspicion, subject } = facts;
    const work = workOf(facts);
    if (work === null)
      return unknown(
        subject.net === null
          ? 'Network metrics are missing (host network, or no such metric)'
          : 'No added use to compare with its traffic',
      );
    const { bytesPerCoreSecond, explained, isInPassing, isLasting } = work;
    const isSilent =
      bytesPerCoreSecond < work.silentBelow || (explained ?? 1) < thresholds.work.silentShare;
    const isDiskKnown = subject.disk !== null;
    const { silence, weak } = thresholds.points;
    const ofSilence = isDiskKnown ? silence : isLasting ? 1 : weak;
    const then = isLasting ? 'but use has been steady for an hour' : 'so this is weak evidence';
    return {
      value: bytesPerCoreSecond,
      threshold: work.silentBelow,
      strength: isSilent ? ofSilence : facts.ignoresTraffic ? 1 : isInPassing ? weak : 0,
      text:
        `The added CPU comes with ${formatBytesPerSecond(bytesPerCoreSecond)} of network${isDiskKnown ? ' and disk' : ''} I/O per core` +
        (explained === null ? '' : `, ${formatShare(explained)} of its usual ratio`) +
        (suspicion.extraBytes === 0 ? ': no more than before' : '') +
        (facts.ignoresTraffic ? '; it stays at its limit, however its traffic varies' : '') +
        (isDiskKnown ? '' : `; disk metrics are missing, ${then}`),
    };
  },
};
