import type { EvidenceFamily } from '../../model/finding.ts';
import { HOUR_MS } from '../../model/time.ts';
import { isLikeAgent, isWaiting, mayBeUnevenAgent } from './agents.ts';
import type { Facts } from './signal.ts';

/**
 * Why what has the families and the points of a page is a warning all the same, in a sentence; null where it
 * pages. Somebody is woken only by what is new to the cluster or bears a mark, works in silence, and is more
 * than honest newcomers are.
 */
export function whyNoPage(
  facts: Facts,
  families: ReadonlyMap<EvidenceFamily, number>,
): string | null {
  const { track, suspicion, thresholds, subject, window, historyStart } = facts;
  const of = (family: EvidenceFamily): number => families.get(family) ?? 0;
  const spec = of('spec');
  // Agents have privileges too, and use little.
  const isMarked = spec >= 1 || (spec >= 0.5 && of('level') > 0);
  if (of('work') === 0 && !isMarked)
    return subject.netIn === null
      ? 'A page needs to know what its CPU works on: its network is not known'
      : 'A page needs CPU that moves no data, or a mark in the spec';
  if (window.end - historyStart < 24 * HOUR_MS)
    return 'On the first day nothing but a signature pages';
  if (spec < 0.5 && isKnown(facts))
    return 'Known software that burns more CPU without more work: a stuck loop, a costly release, or a miner inside it. Metrics cannot decide; look at its processes and connections';
  if (spec < 0.5 && subject.runs)
    return 'Jobs are made to compute and to end: only a mark in the spec would make it a page';
  if (spec < 1 && isLikeAgent(facts))
    return 'A new DaemonSet or side-car that takes little of its nodes is what an agent looks like: metrics cannot tell it from a miner';
  if (spec < 1 && mayBeUnevenAgent(facts))
    return 'A new DaemonSet whose pods differ as their nodes do is what an agent looks like: a miner takes the same everywhere';
  if (maySideCarServe(facts))
    return 'A new container that may serve the others of its pod: they have not varied enough to tell whether its use goes with theirs';
  if (spec < 1 && Math.max(suspicion.cores, ...track.recent) < thresholds.minPageCores)
    return `Less than ${thresholds.minPageCores} cores a pod wakes nobody: so little earns and costs cents a month`;
  if (spec < 1 && isWaiting(facts))
    return 'It uses a small part of what it asked for, as what waits for its traffic does';
  if (spec < 0.5 && of('shape') === 0 && of('spread') === 0 && !holdsItsLevel(facts))
    return 'To have burnt much is what any busy newcomer does: a page needs an even plateau, its limit, or many places';
  if (track.hotWindows < thresholds.dwell.criticalWindows)
    return `A page needs ${thresholds.dwell.criticalWindows} windows of it`;
  return null;
}

/** At its limit (or far over its request, or much of its node) in this window and those before. */
function holdsItsLevel({ track, thresholds }: Facts): boolean {
  return track.levelDwell >= thresholds.dwell.onWindows;
}

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

/**
 * A new side-car that may be a proxy after all: it surely goes with the others, or that is not decided and it is
 * little or as uneven as they are (a miner is flat; what serves them has their ups and downs, and its own).
 */
function maySideCarServe({ sideCar }: Facts): boolean {
  if (sideCar === null || sideCar.follows === false) return false;
  return sideCar.follows === true || sideCar.isLittle || !sideCar.isEvener;
}
