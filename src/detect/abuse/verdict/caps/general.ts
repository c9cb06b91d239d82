import { DAY_MS, formatTime } from '../../../../model/time.ts';
import type { Facts } from '../../evidence/signal.ts';
import { HOUR_UNITS } from '../../state/advance.ts';
import { isSteady } from '../../evidence/signals/flatness.ts';
import { criticalWindows, offWindows } from '../../thresholds.ts';
import type { Cap } from '../cap.ts';

/** Too few windows of it so far. */
export const tooShort: Cap = {
  name: 'too-short',
  atMost: null,
  applies: (facts, families) =>
    facts.track.hotWindows < neededWindows(facts, families.get('novelty') ?? 0) ||
    facts.track.dwell < facts.thresholds.dwell.onWindows,
  because: ({ track }) =>
    `Seen for ${track.hotWindows} windows of five minutes so far: a warning needs more, or at least twice the normal use where network traffic is unknown`,
};

/** Windows that a warning takes; Infinity where it cannot be one. */
function neededWindows(facts: Facts, novelty: number): number {
  const { thresholds, normal, track, subject, sideCar } = facts;
  // A little new sidecar of which nobody can tell yet whether it works for the others of its pod.
  if (sideCar !== null && sideCar.isLittle && sideCar.follows === null) return 2 * HOUR_UNITS;
  if (novelty > 0 && (normal.source !== 'unknown' || normal.base !== null)) {
    // Load looks the same where traffic is not known: it has to be much, and to last.
    if (subject.netIn === null && normal.base !== null) return novelty >= 1 ? HOUR_UNITS : Infinity;
    if (normal.source !== 'unknown') return thresholds.dwell.onWindows;
  }
  // Without novelty a level needs half an hour, a shape an hour.
  return track.levelDwell >= thresholds.dwell.onWindows ? offWindows(thresholds) : HOUR_UNITS;
}

/** Somebody with access to the configuration answers for it until a date. Annotations cannot. */
export const allowList: Cap = {
  name: 'allow-list',
  atMost: 'info',
  explains: true,
  applies: (facts) => allowanceOf(facts) !== undefined,
  because(facts) {
    const entry = allowanceOf(facts);
    return `Allowed until ${entry?.until}: ${entry?.reason}`;
  },
};

/** People expect it. A signature is critical all the same. */
export const plannedEvent: Cap = {
  name: 'planned-event',
  atMost: 'info',
  explains: true,
  applies: ({ planned }) => planned !== null,
  because: ({ planned }) =>
    `Planned: ${planned?.name}, until ${formatTime(planned?.endsAt ?? 0)} (${planned?.by})`,
};

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

/** Neither silence nor a mark in the spec: agents have privileges too, and use little. */
export const noWorkKnown: Cap = {
  name: 'no-silence',
  atMost: 'warning',
  applies(_, families) {
    const spec = families.get('spec') ?? 0;
    const isMarked = spec >= 1 || (spec > 0 && families.has('level'));
    return !families.has('work') && !isMarked && (families.get('signals') ?? 0) < 1;
  },
  because: ({ subject }) =>
    subject.netIn === null
      ? 'Critical needs network metrics, which are missing'
      : 'Critical needs CPU use without I/O, or an indicator in the pod spec',
};

export const firstDay: Cap = {
  name: 'first-day',
  atMost: 'warning',
  applies: ({ window, historyStart }) => window.end - historyStart < DAY_MS,
  because: () => 'On the first day only a signature is critical',
};

/** A few hours of it do not tell what it does at others: what came then has to be steady. */
export const firstHours: Cap = {
  name: 'first-hours',
  atMost: 'info',
  applies: ({ normal, track, subject, thresholds }, families) =>
    normal.source === 'unknown' &&
    subject.kind === 'cpu' &&
    !families.has('spec') &&
    !isSteady(track, thresholds),
  because: () => 'Only a few hours of it are known: a warning needs steady use',
};

export const noPlateau: Cap = {
  name: 'no-plateau',
  atMost: 'warning',
  applies: ({ track, thresholds }, families) =>
    !families.has('spec') &&
    !families.has('shape') &&
    track.levelDwell < thresholds.dwell.onWindows,
  because: () => 'A busy new workload is not critical without steady use or use at its limit',
};

export const tooShortForCritical: Cap = {
  name: 'too-short-for-critical',
  atMost: 'warning',
  applies: ({ track, thresholds }) => track.hotWindows < criticalWindows(thresholds),
  because: ({ thresholds }) => `Critical needs ${criticalWindows(thresholds)} windows of it`,
};
