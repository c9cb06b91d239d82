import type { EvidenceFamily, Severity } from '../../../model/finding.ts';
import { medianOf } from '../../../model/quantile.ts';
import { formatCores, formatShare } from '../../../model/text/units.ts';
import { DAY_HOURS, DAY_MS, formatTime, HOUR_MS } from '../../../model/time.ts';
import { hourOf, learntHours, valuesAt } from '../../usual/hourRing.ts';
import { UNDECIDED_UNITS } from '../evidence/sideCars.ts';
import type { Facts } from '../evidence/signal.ts';
import { TWICE } from '../evidence/signals/novelty.ts';
import { isSteady, robustSpread } from '../evidence/signals/plateau.ts';
import { HOUR_UNITS, isReleased, rankOf, severityOfRank, unitsOf } from '../state/state.ts';
import { totalCores } from '../subjects/subject.ts';
import { criticalWindows, offWindows, pageCores } from '../thresholds.ts';

export type Families = ReadonlyMap<EvidenceFamily, number>;

/** A reason that a finding is at most so severe, whatever its evidence. */
export interface Cap {
  readonly name: string;
  /** Null: there is nothing to report. */
  readonly atMost: Severity | null;
  /** True where it explains the use: then an alarm of it ends sooner. */
  readonly explains?: boolean;
  applies(facts: Facts, families: Families): boolean;
  /** One sentence: why, or what would decide it. */
  readonly because: string | ((facts: Facts) => string);
}

/** A cap that holds: it is at or below what the evidence comes to, so that more evidence would not raise it. */
export type HeldCap = Required<Omit<Cap, 'applies'>> & { readonly because: string };

/** Windows that a warning takes; Infinity where it cannot be one. */
function neededWindows(facts: Facts, novelty: number): number {
  const { thresholds, normal, track, subject, sideCar, window } = facts;
  // A little new sidecar of which nobody can tell yet whether it works for the others of its pod.
  if (sideCar !== null && sideCar.isLittle && sideCar.follows === null) return UNDECIDED_UNITS;
  if (novelty > 0 && (normal.source !== 'unknown' || normal.base !== null)) {
    // Load looks the same where traffic is not known: it has to be much, and to last.
    if (subject.net === null && normal.base !== null) return novelty >= 1 ? HOUR_UNITS : Infinity;
    // Of what comes and goes two bursts of ten minutes are ordinary.
    const rested = unitsOf({ start: track.since, end: window.end }) - track.hotWindows;
    const isInterrupted = rested >= unitsOf(window);
    if (normal.source !== 'unknown')
      return isInterrupted ? thresholds.shape.minWindows : thresholds.dwell.onWindows;
  }
  // Without novelty a level needs half an hour, a shape an hour.
  return track.levelDwell >= thresholds.dwell.onWindows ? offWindows(thresholds) : HOUR_UNITS;
}

function allowanceOf({ subject, window, thresholds }: Facts) {
  const { workload, container } = subject.scope;
  const name = workload === null ? null : `${workload.kind}/${workload.name}`;
  return thresholds.allow.find(
    (allowed) =>
      allowed.namespace === subject.namespace &&
      (allowed.workload === undefined || allowed.workload === name) &&
      (allowed.container === undefined || allowed.container === container) &&
      window.end <= Date.parse(allowed.until),
  );
}

/** True for what is no newcomer, and for a newcomer once the hours of its day are known: by then it is software known here. */
function isKnown({ normal, track, window, thresholds }: Facts): boolean {
  if (!normal.isDeployed) return true;
  const age = window.end - Math.max(track.firstSeen, track.repoSince);
  const isSettled = normal.source === 'own' && normal.base !== null && !normal.base.isShort;
  return isSettled && age >= thresholds.baseline.seasonalHours * HOUR_MS;
}

/** Hours before the onset that may belong to the same run. */
const OWN_RUN_HOURS = DAY_HOURS / 4;

function highestRun({ ring, window, track, normal }: Facts): number {
  if (ring === null) return 0;
  const before = Math.min(hourOf(track.since || window.start) - OWN_RUN_HOURS, ring.newest);
  return Math.max(0, ...valuesAt(ring, 'peak', learntHours(ring, before, normal.lapsedBefore)));
}

/** True where its memory strains against the limit; beyond it the limit does not hold, and nothing strains. */
export function isAtItsMemoryLimit({ subject, thresholds: { jvm } }: Facts): boolean {
  const share = (subject.ram ?? 0) / (subject.ramLimit || Infinity);
  return share >= jvm.memoryShare && share <= 1 + jvm.stepShare;
}

function cameWithMemory({ normal, track, subject, thresholds }: Facts): boolean {
  if (normal.source !== 'own' || normal.isDeployed) return true;
  return track.ramStep >= thresholds.jvm.stepShare * (subject.ramLimit ?? 0);
}

/** One pod a node that takes little of it (a log shipper, a CNI), or a new container beside known ones that takes little. */
export function isLikeAgent(facts: Facts): boolean {
  const { subject, suspicion, sideCar, thresholds } = facts;
  const { workload, nodeCores, kind, members } = subject;
  if (kind !== 'cpu') return false;
  if (sideCar !== null && suspicion.cores <= pageCores(thresholds)) return true;
  if (workload?.kind !== 'DaemonSet' || nodeCores === null) return false;
  const { ofNodeByAgents, ofNodeByUnevenAgents } = thresholds.level;
  if (suspicion.cores <= ofNodeByAgents * nodeCores) return true;
  return (
    isUneven(facts) && totalCores(subject) <= ofNodeByUnevenAgents * nodeCores * members.length
  );
}

/** What watches a node is busy as and when its node is; what mines takes the same everywhere and always. */
function isUneven({ subject, track, thresholds: { spread, shape } }: Facts): boolean {
  const { members } = subject;
  if (members.length <= spread.many) return false;
  // Of a few pods the coefficient of variation: a median's deviation of them flickers from window to window.
  const mean = totalCores(subject) / members.length;
  const away = members.reduce((sum, { cores }) => sum + Math.abs(cores - mean), 0);
  return robustSpread(track.recent) > shape.flat || away / members.length > (shape.flat / 2) * mean;
}

/** What it asked for is what it is expected to use: a newcomer far below that waits for its work. */
export function isWaiting({ subject, suspicion, track, thresholds }: Facts, least = 0): boolean {
  const { request, kind } = subject;
  const asked = kind === 'gpu' ? 0 : thresholds.level.ofRequestWhenWaiting * (request ?? 0);
  return Math.max(suspicion.cores, ...track.recent) < Math.max(least, asked);
}

/** A strong mark of the spec: agents have privileges too, and use little. */
function isMarked(families: Families): boolean {
  return (families.get('spec') ?? 0) >= 1;
}

/** Every cap, in the order in which those that hold are listed. */
export const CAPS: readonly Cap[] = [
  {
    name: 'too-short',
    atMost: null,
    applies: (facts, families) =>
      facts.track.hotWindows < neededWindows(facts, families.get('novelty') ?? 0) ||
      facts.track.dwell < facts.thresholds.dwell.onWindows,
    because: ({ track }) =>
      `Seen for ${track.hotWindows} windows of five minutes so far: a warning needs more, or at least twice the normal use where network traffic is unknown`,
  },
  {
    name: 'allow-list',
    atMost: 'info',
    explains: true,
    applies: (facts) => allowanceOf(facts) !== undefined,
    because(facts) {
      const entry = allowanceOf(facts);
      return `Allowed until ${entry?.until}: ${entry?.reason}`;
    },
  },
  {
    name: 'planned-event',
    atMost: 'info',
    explains: true,
    applies: ({ planned }) => planned !== null,
    because: ({ planned }) =>
      `Planned: ${planned?.name}, until ${formatTime(planned?.endsAt ?? 0)} (${planned?.by})`,
  },
  {
    name: 'first-hours',
    atMost: 'info',
    applies({ normal, track, subject, thresholds }, families) {
      if (normal.source !== 'unknown' || subject.kind !== 'cpu' || families.has('spec'))
        return false;
      const isOfOwnHours = normal.base !== null && normal.base !== normal.siblings;
      const isHint = isOfOwnHours && (families.get('novelty') ?? 0) < 1 && !families.has('level');
      const isLoad = isOfOwnHours && subject.net === null;
      return isLoad || isHint || !isSteady(track, thresholds);
    },
    because:
      'Only a few hours of it are known: a warning needs steady use, of twice as much or at its limit, beyond its traffic',
  },
  {
    name: 'small-excess',
    atMost: 'info',
    applies: ({ normal, track, thresholds }, families) =>
      normal.source === 'own' &&
      (families.get('novelty') ?? 0) < 1 &&
      ((families.get('work') ?? 0) < thresholds.points.silence ||
        track.hotWindows < UNDECIDED_UNITS) &&
      (['level', 'shape', 'spec', 'signals'] as const).every((family) => !families.has(family)),
    because:
      'Less than twice its normal, and neither steady nor at its limit: may be ordinary work of an hour or two',
  },
  {
    name: 'first-day',
    atMost: 'warning',
    applies: ({ window, historyStart }) => window.end - historyStart < DAY_MS,
    because: 'On the first day only a signature is critical',
  },
  {
    name: 'too-short-for-critical',
    atMost: 'warning',
    applies: ({ track, thresholds }) => track.hotWindows < criticalWindows(thresholds),
    because: ({ thresholds }) => `Critical needs ${criticalWindows(thresholds)} windows of it`,
  },
  {
    name: 'no-silence',
    atMost: 'warning',
    applies: (_, families) =>
      !families.has('work') &&
      !isMarked(families) &&
      !(families.has('spec') && families.has('level')) &&
      (families.get('signals') ?? 0) < 1,
    because: ({ subject }) =>
      subject.net === null
        ? 'Critical needs network metrics, which are missing'
        : 'Critical needs CPU use without I/O, or an indicator in the pod spec',
  },
  {
    name: 'known-software',
    atMost: 'warning',
    applies: (facts, families) => !families.has('spec') && isKnown(facts),
    because:
      'Known software with more CPU but no more I/O: a busy loop, a costly release or a miner. Check its processes and connections',
  },
  {
    name: 'job',
    atMost: 'warning',
    applies: ({ subject }, families) => !families.has('spec') && subject.runs,
    because: 'Jobs are expected to compute: only an indicator in the pod spec makes them critical',
  },
  {
    name: 'past-runs',
    atMost: null,
    explains: true,
    applies: (facts) =>
      (facts.subject.runs || facts.subject.kind === 'group') &&
      highestRun(facts) * (1 + facts.thresholds.novelty.margin) >= facts.suspicion.cores,
    because: (facts) => `Past runs used up to ${formatCores(highestRun(facts))}`,
  },
  {
    name: 'gpu-training',
    atMost: 'info',
    explains: true,
    applies: ({ subject, thresholds }) => (subject.tensor ?? 0) > thresholds.gpu.tensor,
    because: ({ subject }) =>
      `Tensor cores ${formatShare(subject.tensor ?? 0)} active: training or inference, miners leave them idle`,
  },
  {
    name: 'memory-limit',
    atMost: 'info',
    explains: true,
    applies: (facts) => isAtItsMemoryLimit(facts) && !cameWithMemory(facts),
    because: 'Its memory is at the limit: may be garbage collection',
  },
  {
    name: 'memory-filled',
    atMost: 'warning',
    applies: (facts) => isAtItsMemoryLimit(facts) && cameWithMemory(facts),
    because: 'Memory came with the use, up to the limit: garbage collection, or filled on purpose',
  },
  {
    // A release, a slower node, answers of fewer bytes and a small miner look alike until the traffic has varied.
    name: 'traffic-has-not-varied',
    atMost: 'info',
    applies({ subject, suspicion, normal, track, window }, families) {
      const { traffic, isHot, by } = suspicion;
      const lasted = window.end - track.since;
      if (traffic === null || families.has('spec') || normal.isDeployed || lasted >= DAY_MS)
        return false;
      if (isReleased(track, DAY_MS) && (!isHot || by === 'traffic')) return true;
      // What comes and goes is more than the hour's average: windows count too, as far as their traffic is the hour's.
      const { net } = subject;
      const share = net !== null && net > track.smoothNet ? track.smoothNet / net : 1;
      const comesAndGoes = Math.min(suspicion.cores * share, medianOf(track.recent));
      return Math.max(traffic.used, comesAndGoes) < TWICE * traffic.accounted;
    },
    because:
      'A release or a slower node may need this much more for the same traffic: undecided until traffic has varied',
  },
  {
    name: 'like-agent',
    atMost: 'warning',
    applies: (facts, families) => !isMarked(families) && isLikeAgent(facts),
    because:
      'A new DaemonSet or sidecar that uses little of its node, or little and not the same everywhere, may be an agent',
  },
  {
    name: 'waiting',
    atMost: 'warning',
    applies: (facts, families) =>
      !isMarked(families) && isWaiting(facts, pageCores(facts.thresholds)),
    because: (facts) =>
      isWaiting(facts)
        ? 'It uses a small part of its request: it may wait for traffic'
        : `It uses less than ${pageCores(facts.thresholds)} cores in a pod`,
  },
  {
    // A proxy's CPU follows theirs, a miner's does not; undecided, a rollout takes a cluster administrator's rights.
    name: 'serves-its-pod',
    atMost: null,
    explains: true,
    applies({ sideCar }, families) {
      if (sideCar === null || isMarked(families)) return false;
      const { follows, isLittle, isRollout } = sideCar;
      return (isLittle || isRollout) && (follows ?? (isLittle && isRollout));
    },
    because({ sideCar, suspicion }) {
      const follows = sideCar?.follows === true ? 'it follows' : 'undecided whether it follows';
      const places = `its image was added to ${sideCar?.workloads ?? 1} known workloads`;
      return `Uses ${formatCores(suspicion.cores)} next to ${formatCores(sideCar?.othersCores ?? null)} of its pod’s known containers: ${follows} their use; ${places}`;
    },
  },
  {
    // It surely follows the others, or that is not decided and it is little or as uneven as they are.
    name: 'may-serve-its-pod',
    atMost: 'warning',
    applies: ({ sideCar }) =>
      sideCar !== null && (sideCar.follows ?? (sideCar.isLittle || !sideCar.isEvener)),
    because:
      'A new sidecar that may serve its pod: undecided until the other containers’ use has varied',
  },
];

/** True for an active signature, or a miner that another tool has seen while it burns CPU. */
export function isSigned({ thresholds: { points } }: Facts, families: Families): boolean {
  return Math.max(families.get('spec') ?? 0, families.get('signals') ?? 0) >= points.warning;
}

/** The caps at or below `severity`, and what is left of it. An active signature is critical whatever else holds. */
export function capped(
  severity: Severity | null,
  facts: Facts,
  families: Families,
  without: readonly string[],
): { readonly severity: Severity | null; readonly held: readonly HeldCap[] } {
  if (severity === null || isSigned(facts, families)) return { severity, held: [] };
  const held = CAPS.filter(
    (cap) =>
      rankOf(cap.atMost) <= rankOf(severity) &&
      !without.includes(cap.name) &&
      cap.applies(facts, families),
  ).map(({ name, atMost, explains = false, because }) => ({
    name,
    atMost,
    explains,
    because: typeof because === 'string' ? because : because(facts),
  }));
  const ranks = held.map(({ atMost }) => rankOf(atMost));
  return { severity: severityOfRank(Math.min(rankOf(severity), ...ranks)), held };
}
