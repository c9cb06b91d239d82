import { DAY_MS, formatTime, HOUR_MS } from '../../../../model/time.ts';
import { UNDECIDED_UNITS } from '../../evidence/follow.ts';
import type { Facts } from '../../evidence/signal.ts';
import { isSteady } from '../../evidence/signals/plateau.ts';
import { HOUR_UNITS } from '../../state/state.ts';
import { criticalWindows, offWindows } from '../../thresholds.ts';
import type { Cap } from '../cap.ts';

/** Windows that a warning takes; Infinity where it cannot be one. */
function neededWindows(facts: Facts, novelty: number): number {
  const { thresholds, normal, track, subject, sideCar } = facts;
  // A little new sidecar of which nobody can tell yet whether it works for the others of its pod.
  if (sideCar !== null && sideCar.isLittle && sideCar.follows === null) return UNDECIDED_UNITS;
  if (novelty > 0 && (normal.source !== 'unknown' || normal.base !== null)) {
    // Load looks the same where traffic is not known: it has to be much, and to last.
    if (subject.net === null && normal.base !== null) return novelty >= 1 ? HOUR_UNITS : Infinity;
    if (normal.source !== 'unknown') return thresholds.dwell.onWindows;
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

/** Evidence with which a small excess is more than that. */
const BEYOND_SMALL = ['level', 'shape', 'spec', 'signals'] as const;

export const GENERAL: readonly Cap[] = [
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
    // Somebody with access to the configuration answers for it until a date. Annotations cannot.
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
    // People expect it. A signature is critical all the same.
    name: 'planned-event',
    atMost: 'info',
    explains: true,
    applies: ({ planned }) => planned !== null,
    because: ({ planned }) =>
      `Planned: ${planned?.name}, until ${formatTime(planned?.endsAt ?? 0)} (${planned?.by})`,
  },
  {
    // A few hours of it do not tell what it does at others. What came then has to be steady, to be twice what was seen
    // or at its limit, and its traffic must show that it is no load; siblings tell more.
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
    because: () =>
      'Only a few hours of it are known: a warning needs steady use, of twice as much or at its limit, beyond its traffic',
  },
  {
    // Ordinary work goes so far beyond its normal now and then, for an hour or two; what mines is even, at its limit, or more,
    // or goes on in silence.
    name: 'small-excess',
    atMost: 'info',
    applies: ({ normal, track, thresholds }, families) =>
      normal.source === 'own' &&
      (families.get('novelty') ?? 0) < 1 &&
      ((families.get('work') ?? 0) < thresholds.points.silence ||
        track.hotWindows < UNDECIDED_UNITS) &&
      BEYOND_SMALL.every((family) => !families.has(family)),
    because: () =>
      'Less than twice its normal, and neither steady nor at its limit: may be ordinary work',
  },
  {
    name: 'first-day',
    atMost: 'warning',
    applies: ({ window, historyStart }) => window.end - historyStart < DAY_MS,
    because: () => 'On the first day only a signature is critical',
  },
  {
    name: 'too-short-for-critical',
    atMost: 'warning',
    applies: ({ track, thresholds }) => track.hotWindows < criticalWindows(thresholds),
    because: ({ thresholds }) => `Critical needs ${criticalWindows(thresholds)} windows of it`,
  },
  {
    // Neither silence nor a mark in the spec: agents have privileges too, and use little.
    name: 'no-silence',
    atMost: 'warning',
    applies(_, families) {
      const spec = families.get('spec') ?? 0;
      const isMarked = spec >= 1 || (spec > 0 && families.has('level'));
      return !families.has('work') && !isMarked && (families.get('signals') ?? 0) < 1;
    },
    because: ({ subject }) =>
      subject.net === null
        ? 'Critical needs network metrics, which are missing'
        : 'Critical needs CPU use without I/O, or an indicator in the pod spec',
  },
  {
    // Known software that burns more CPU in silence is a busy loop as often as a miner.
    name: 'known-software',
    atMost: 'warning',
    applies: (facts, families) => !families.has('spec') && isKnown(facts),
    because: () =>
      'Known software with more CPU but no more I/O: a busy loop, a costly release or a miner. Check its processes and connections',
  },
  {
    // Jobs are made to compute.
    name: 'job',
    atMost: 'warning',
    applies: ({ subject }, families) => !families.has('spec') && subject.runs,
    because: () =>
      'Jobs are expected to compute: only an indicator in the pod spec makes them critical',
  },
];
