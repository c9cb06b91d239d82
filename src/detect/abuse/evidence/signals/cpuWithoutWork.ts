import { HOUR_UNITS } from '../../state/advance.ts';
import { silentBelow } from '../../excess/work.ts';
import { robustSpread } from './flatness.ts';
import { unknown, type Facts, type Measurement, type Signal } from '../signal.ts';
import { formatBytesPerSecond, formatShare } from '../../../../model/text/units.ts';

/** Bytes the added use came with, and how many would still be silence. */
interface WorkRatio {
  readonly bytesPerCoreSecond: number;
  readonly silentBelow: number;
  /** Share of the added use that the added bytes account for; null without a ratio of its own. */
  readonly explained: number | null;
}

/** What the added CPU did, over the episode; null while network or use is not known. */
function workRatio({ track, normal, subject, thresholds }: Facts): WorkRatio | null {
  if (track.ioCoreSeconds <= 0 || subject.net === null) return null;
  const perCore = (normal.base?.netPerCoreSecond ?? 0) + (normal.base?.diskPerCoreSecond ?? 0);
  const bytesPerCoreSecond = track.extraBytes / track.ioCoreSeconds;
  return {
    bytesPerCoreSecond,
    silentBelow: silentBelow(track.recent.at(-1) ?? 0, subject, thresholds),
    // A few hours do not tell what a core-second ordinarily comes with.
    explained:
      normal.base?.isProvisional !== true && perCore > thresholds.work.silentBytesPerCoreSecond
        ? bytesPerCoreSecond / perCore
        : null,
  };
}

/** True where it comes with much less than its CPU ordinarily does: what a busier hour moves in passing. */
function isInPassing({ explained }: WorkRatio, { work }: Facts['thresholds']): boolean {
  return explained !== null && explained < work.weakShare;
}

/** True where it moves at least so many bytes a core-second, and not just in passing. */
function moves(
  ratio: WorkRatio,
  bytesPerCoreSecond: number,
  thresholds: Facts['thresholds'],
): boolean {
  return ratio.bytesPerCoreSecond >= bytesPerCoreSecond && !isInPassing(ratio, thresholds);
}

/**
 * True where the added use surely works: it moves far more data than silence does, and not just what a busier
 * hour of its workload moves in passing. Working evenly, or in many pods, is what a service does then.
 */
export function isWorking(facts: Facts): boolean {
  const ratio = workRatio(facts);
  const { thresholds } = facts;
  return ratio !== null && moves(ratio, thresholds.work.workingBytesPerCoreSecond, thresholds);
}

/** True where it is known to move more than silence. */
export function isBeyondSilence(facts: Facts): boolean {
  const ratio = workRatio(facts);
  return ratio !== null && moves(ratio, ratio.silentBelow, facts.thresholds);
}

/**
 * An hour on end at its limit or flat, in a workload whose ordinary use is known: that hardly is work on a
 * disk that nobody sees: vacuums, compactions and indexing are over by then, or uneven. (What is new has nothing that it could be held against.)
 */
function isLastingPlateau({ track, normal, thresholds }: Facts): boolean {
  if (normal.base === null || track.hotWindows < HOUR_UNITS) return false;
  return (
    track.levelDwell >= thresholds.dwell.onWindows ||
    robustSpread(track.recent) <= thresholds.shape.flat
  );
}

/**
 * CPU that moves no data: a hash needs no input. Silent below 2 kB of extra network and disk a core
 * second (the floor rule of the facts), or where the added use comes with less than a tenth of the
 * bytes that a core-second of this very workload ordinarily comes with, which cover traffic would have
 * to match. Not for host-network pods, whose counters are their node's.
 */
export const cpuWithoutWork: Signal = {
  name: 'cpu-without-work',
  family: 'work',
  unit: 'bytes/core-second',
  measure(facts): Measurement {
    const { thresholds, suspicion } = facts;
    const ratio = workRatio(facts);
    if (ratio === null) {
      return unknown(
        facts.subject.net === null
          ? 'Network metrics are missing (host network, or no such metric)'
          : 'No added use to compare with its traffic',
      );
    }
    const { bytesPerCoreSecond, silentBelow, explained } = ratio;
    const isSilent =
      bytesPerCoreSecond < silentBelow ||
      (explained !== null && explained < thresholds.work.silentShare);
    // With the disk unknown half of the work is: then silence is a hint, until it has lasted.
    const isDiskKnown = facts.subject.disk !== null;
    const { silence, weak } = thresholds.points;
    const ofSilence = isDiskKnown ? silence : isLastingPlateau(facts) ? 1 : weak;
    const isWeak = isInPassing(ratio, thresholds);
    return {
      value: bytesPerCoreSecond,
      threshold: silentBelow,
      strength: isSilent ? ofSilence : isWeak ? weak : 0,
      text:
        `The added CPU comes with ${formatBytesPerSecond(bytesPerCoreSecond)} of network${isDiskKnown ? ' and disk' : ''} I/O per core` +
        (explained === null ? '' : `, ${formatShare(explained)} of its usual ratio`) +
        (suspicion.extraBytes === 0 ? ': no more than before' : '') +
        (isDiskKnown
          ? ''
          : ofSilence >= 1
            ? '; disk metrics are missing, but use has been steady for an hour'
            : '; disk metrics are missing, so this is weak evidence'),
    };
  },
};
