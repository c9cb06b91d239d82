import { repositoryOf } from '../../../model/podSpec.ts';
import { DAY_MS, type TimeMs } from '../../../model/time.ts';
import type { Baseline } from '../expectation/baseline.ts';
import { levelOf } from '../excess/excess.ts';
import { knownCoLocated } from '../expectation/neighbours.ts';
import { unitsOf, type Beside, type Rows } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import { offWindows, pageCores, type AbuseThresholds } from '../thresholds.ts';
import type { Facts } from './signal.ts';
import { addWindow, followOf, type Follow, type SideCar } from './follow.ts';

/** The new side-cars of a window, by the repository of their image. */
export type Arrivals = ReadonlyMap<string, readonly Subject[]>;

/** Looks through a window for new containers in pods of known workloads. */
export function arrivalsOf(subjects: readonly Subject[], rows: Rows, now: TimeMs): Arrivals {
  const arrived = subjects.filter(
    (subject) => subject.image !== null && knownCoLocated(subject, rows, now, DAY_MS).length > 0,
  );
  return Map.groupBy(arrived, repository);
}

function repository({ image }: Subject): string {
  return repositoryOf(image ?? '');
}

/** Null for whatever is no new container beside known ones, or is known well enough by itself. */
export function sideCarOf(
  subject: Subject,
  rows: Rows,
  arrivals: Arrivals,
  base: Baseline | null,
  now: TimeMs,
  thresholds: AbuseThresholds,
): SideCar | null {
  if (base !== null && !base.isShort) return null;
  const known = knownCoLocated(subject, rows, now, DAY_MS);
  if (known.length === 0) return null;
  // A sample that is lost says nothing: what stands beside it is a side-car all the same.
  const others = known.reduce<number | null>(
    (sum, { cores }) => (sum === null || cores === null ? null : sum + cores),
    0,
  );
  const sums = besideOf(rows, subject);
  const {
    sumUnits: units = 1,
    own = subject.cores,
    others: theirs = others ?? Infinity,
  } = sums ?? {};
  const { follows } = thresholds.sideCar;
  const places = arrivals.get(repository(subject)) ?? [];
  // Where its own windows do not tell, those beside other workloads do.
  const itself = followAt([subject], rows, follows);
  const everywhere = itself.follows === null ? followAt(places, rows, follows) : itself;
  return {
    ...(everywhere.follows === null ? itself : everywhere),
    othersCores: others,
    isLittle: own <= Math.max(theirs, pageCores(thresholds) * units),
    workloads: places.length,
    isRollout:
      places.length >= thresholds.spread.many &&
      new Set(places.map(({ namespace }) => namespace)).size > 1,
  };
}

function followAt(places: readonly Subject[], rows: Rows, least: number): Follow {
  return followOf(
    places.flatMap((place) => besideOf(rows, place) ?? []),
    least,
  );
}

/** What was added up of how a side-car goes with the others; null before its first window. */
function besideOf(rows: Rows, { key }: Subject): Beside | null {
  const row = rows.get(`b/${key}`);
  return row?.row === 'beside' ? row : null;
}

/**
 * What its use is added up beside, to see whether it goes with it: of a new side-car the others, until it is known by
 * itself; and in its first hours, while it is at its limit, its traffic, bytes a second.
 */
function loadBeside({ subject, sideCar, normal, track, thresholds }: Facts): number | null {
  if (sideCar !== null) return sideCar.othersCores;
  const isHeld = levelOf(subject, thresholds)?.of === 'limit' && subject.kind === 'cpu';
  const isFirst = normal.source === 'unknown' && track.levelDwell >= offWindows(thresholds);
  return isHeld && isFirst ? subject.net : null;
}

/** True for what has been at its limit for two hours, however its traffic has varied. */
export function ignoresTraffic(
  { subject, sideCar, normal }: Facts,
  rows: Rows,
  least: number,
): boolean {
  if (sideCar !== null || normal.source !== 'unknown') return false;
  return followAt([subject], rows, least).follows === false;
}

/** Adds the window up. What is no longer at its limit begins anew; of a side-car it is kept, for those of its image. */
export function learnBeside(facts: Facts, rows: Rows): void {
  const { subject, window, track, historyStart } = facts;
  const load = loadBeside(facts);
  const was = besideOf(rows, subject);
  const isOfTraffic = was !== null && track.firstSeen - historyStart < DAY_MS;
  if (load === null && isOfTraffic) rows.delete(`b/${subject.key}`);
  // Of its first window it ran for a part only.
  if (load === null || subject.isStarting || track.firstSeen >= window.start) return;
  const sums = addWindow(was, load, subject.cores, unitsOf(window), window.start);
  rows.set(`b/${subject.key}`, sums);
}
