import { medianOf } from '../../../../model/quantile.ts';
import { formatCores, formatShare } from '../../../../model/text/units.ts';
import { DAY_HOURS, DAY_MS, HOUR_MS } from '../../../../model/time.ts';
import type { Facts } from '../../evidence/signal.ts';
import { TWICE } from '../../evidence/signals/novelty.ts';
import { hourOf, learntHours, valuesAt } from '../../../usual/hourRing.ts';
import type { Cap } from '../cap.ts';

/** Hours before the onset that may belong to the same run. */
const OWN_RUN_HOURS = DAY_HOURS / 4;

function highestRun({ ring, window, track, normal }: Facts): number {
  if (ring === null) return 0;
  const before = Math.min(hourOf(track.since || window.start) - OWN_RUN_HOURS, ring.newest);
  return Math.max(0, ...valuesAt(ring, 'peak', learntHours(ring, before, normal.lapsedBefore)));
}

function shareOfLimit({ subject: { ram, ramLimit } }: Facts): number {
  return ram === null || ramLimit === null || ramLimit <= 0 ? 0 : ram / ramLimit;
}

/** True where its memory strains against the limit; beyond it the limit does not hold, and nothing strains. */
export function isAtItsMemoryLimit(facts: Facts): boolean {
  const { memoryShare, stepShare } = facts.thresholds.jvm;
  const share = shareOfLimit(facts);
  return share >= memoryShare && share <= 1 + stepShare;
}

function cameWithMemory({ normal, track, subject, thresholds }: Facts): boolean {
  if (normal.source !== 'own' || normal.isDeployed) return true;
  return track.ramStep >= thresholds.jvm.stepShare * (subject.ramLimit ?? 0);
}

function memoryText(facts: Facts): string {
  return `Memory at ${formatShare(shareOfLimit(facts))} of the limit`;
}

export const EXPLAINED: readonly Cap[] = [
  {
    // A Job or CronJob whose past runs, which no alarm flagged, used as much: this is what it does.
    name: 'past-runs',
    atMost: null,
    explains: true,
    applies: (facts) =>
      (facts.subject.runs || facts.subject.kind === 'group') &&
      highestRun(facts) * (1 + facts.thresholds.novelty.margin) >= facts.suspicion.cores,
    because: (facts) => `Past runs used up to ${formatCores(highestRun(facts))}`,
  },
  {
    // Tensor cores at work: training or inference, on the GPU or feeding it. Miners leave them idle.
    name: 'gpu-training',
    atMost: 'info',
    explains: true,
    applies: ({ subject, thresholds }) => (subject.tensor ?? 0) > thresholds.gpu.tensor,
    because: ({ subject }) => `Tensor cores ${formatShare(subject.tensor ?? 0)} active`,
  },
  {
    // A JVM (or another collected runtime) at its memory limit burns CPU on garbage, in silence.
    name: 'memory-limit',
    atMost: 'info',
    explains: true,
    applies: (facts) => isAtItsMemoryLimit(facts) && !cameWithMemory(facts),
    because: (facts) => `${memoryText(facts)}: may be garbage collection`,
  },
  {
    // Where the memory came with the use, it may have been filled on purpose.
    name: 'memory-filled',
    atMost: 'warning',
    applies: (facts) => isAtItsMemoryLimit(facts) && cameWithMemory(facts),
    because: (facts) => `${memoryText(facts)}: garbage collection, or memory filled with the use`,
  },
  {
    // Known software that uses up to twice what its traffic accounts for: a release, a slower node, answers of fewer
    // bytes and a small miner look alike until the traffic has varied, as it does within a day. After a release that
    // uses no more than ordinarily at that hour, however many times: its answers have got smaller.
    name: 'traffic-has-not-varied',
    atMost: 'info',
    applies({ suspicion, normal, track, window }, families) {
      const { traffic, isHot, by } = suspicion;
      const lasted = window.end - track.since;
      if (traffic === null || families.has('spec') || normal.isDeployed || lasted >= DAY_MS)
        return false;
      const isAfterRelease =
        track.imageSince > track.firstSeen && Math.abs(track.since - track.imageSince) <= DAY_MS;
      if (isAfterRelease && (!isHot || by === 'traffic')) return true;
      // In an episode's first hour the hour's average lags behind: then the episode's windows count.
      const used =
        lasted <= HOUR_MS ? Math.max(traffic.used, medianOf(track.recent)) : traffic.used;
      return used < TWICE * traffic.accounted;
    },
    because: () =>
      'A release or a slower node may need this much more for the same traffic: undecided until traffic has varied',
  },
];
