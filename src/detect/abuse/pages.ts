import type { EvidenceFamily } from '../../model/finding.ts';
import { HOUR_MS } from '../../model/time.ts';
import { isLikeAgent, isWaiting, mayBeUnevenAgent } from './agents.ts';
import type { Facts } from './signal.ts';

/**
 * Why evidence that suffices for `critical` stays a `warning`, in a sentence; null where it is critical. Critical is
 * only what is new to the cluster or has an indicator, does no visible I/O, and exceeds honest new workloads.
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
      ? 'Critical needs network metrics, which are missing'
      : 'Critical needs CPU use without I/O, or an indicator in the pod spec';
  if (window.end - historyStart < 24 * HOUR_MS)
    return 'On the first day only a signature is critical';
  if (spec < 0.5 && isKnown(facts))
    return 'Known software with more CPU but no more I/O: a busy loop, a costly release or a miner. Check its processes and connections';
  if (spec < 0.5 && subject.runs)
    return 'Jobs are expected to compute: only an indicator in the pod spec makes them critical';
  if (spec < 1 && isLikeAgent(facts))
    return 'A new DaemonSet or sidecar with little use per node may be an agent';
  if (spec < 1 && mayBeUnevenAgent(facts))
    return 'A new DaemonSet whose pods differ by node may be an agent: a miner uses the same everywhere';
  if (maySideCarServe(facts))
    return 'A new sidecar that may serve its pod: undecided until the other containers’ use has varied';
  if (spec < 1 && Math.max(suspicion.cores, ...track.recent) < thresholds.minPageCores)
    return `Critical needs ${thresholds.minPageCores} cores in a pod: less costs cents a month`;
  if (spec < 1 && isWaiting(facts))
    return 'It uses a small part of its request: it may wait for traffic';
  if (spec < 0.5 && of('shape') === 0 && of('spread') === 0 && !holdsItsLevel(facts))
    return 'A busy new workload is not critical without steady use, use at its limit, or many pods';
  if (track.hotWindows < thresholds.dwell.criticalWindows)
    return `Critical needs ${thresholds.dwell.criticalWindows} windows of it`;
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
