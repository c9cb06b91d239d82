import { HOUR_MS } from '../../../../model/time.ts';
import { formatCores } from '../../../../model/text/units.ts';
import type { Facts } from '../../evidence/signal.ts';
import { CORES_OF, hourOf, learntHours, SLOTS } from '../../expectation/ring.ts';
import type { Cap } from '../cap.ts';

/** Hours before the onset that may belong to the same run. */
const OWN_RUN_HOURS = 6;

/** A Job or CronJob whose past runs, which no alarm flagged, used as much: this is what it does. */
export const pastRuns: Cap = {
  name: 'past-runs',
  atMost: null,
  explains: true,
  applies: (facts) =>
    (facts.subject.runs || facts.subject.kind === 'group') &&
    highestRun(facts) * (1 + facts.thresholds.novelty.margin) >= facts.suspicion.cores,
  because: (facts) => `Past runs used up to ${formatCores(highestRun(facts))}`,
};

function highestRun({ ring, window, track, normal }: Facts): number {
  if (ring === null) return 0;
  const before = Math.min(hourOf(track.since || window.start) - OWN_RUN_HOURS, ring.newest);
  return learntHours(ring, before, normal.lapsedBefore).reduce(
    (highest, hour) => Math.max(highest, CORES_OF[ring.peak[hour % SLOTS] ?? 0] ?? 0),
    0,
  );
}

/** Known software that burns more CPU in silence is a busy loop as often as a miner. */
export const knownSoftware: Cap = {
  name: 'known-software',
  atMost: 'warning',
  applies: (facts, families) => !families.has('spec') && isKnown(facts),
  because: () =>
    'Known software with more CPU but no more I/O: a busy loop, a costly release or a miner. Check its processes and connections',
};

/** Jobs are made to compute. */
export const jobs: Cap = {
  name: 'job',
  atMost: 'warning',
  applies: ({ subject }, families) => !families.has('spec') && subject.runs,
  because: () =>
    'Jobs are expected to compute: only an indicator in the pod spec makes them critical',
};

/**
 * True for what is no newcomer, and for a newcomer that has been quiet for so long that the hours of its day are
 * known: by then it is software that is known here, and more of its CPU is what is said of such.
 */
function isKnown({ normal, track, window, thresholds }: Facts): boolean {
  if (!normal.isDeployed) return true;
  const age = window.end - Math.max(track.firstSeen, track.repoSince);
  const isSettled = normal.source === 'own' && normal.base !== null && !normal.base.isShort;
  return isSettled && age >= thresholds.baseline.seasonalHours * HOUR_MS;
}
