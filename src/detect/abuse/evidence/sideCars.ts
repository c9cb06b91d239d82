import { sumAll } from '../../../model/reading.ts';
import { DAY_MS, type TimeMs, type Window } from '../../../model/time.ts';
import type { Baseline } from '../expectation/baseline.ts';
import { levelOf } from '../excess/excess.ts';
import { knownCoLocated } from '../expectation/neighbours.ts';
import { HOUR_UNITS, rowOf, unitsOf, type Beside, type Rows } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import { offWindows, pageCores, type AbuseThresholds } from '../thresholds.ts';
import type { Facts, Follow, SideCar } from './signal.ts';

/** So long a little side-car is looked at: a proxy's noise may be as even as a miner for an hour. */
export const UNDECIDED_UNITS = 2 * HOUR_UNITS;
/** Standard errors to either side. It is looked at in every window for days: two would err sooner or later. */
const SURELY = 3;
/** Share of their variance up to which its own is evener: what serves them has their ups and downs, and noise of its own. */
const EVENER = 0.25;

/** Adds a window in which they used `others` cores and it `own`. */
export function addWindow(was: Beside | null, others: number, own: number, window: Window): Beside {
  const units = unitsOf(window);
  return {
    row: 'beside',
    sumUnits: (was?.sumUnits ?? 0) + units,
    others: (was?.others ?? 0) + units * others,
    own: (was?.own ?? 0) + units * own,
    othersSquared: (was?.othersSquared ?? 0) + units * others * others,
    ownSquared: (was?.ownSquared ?? 0) + units * own * own,
    product: (was?.product ?? 0) + units * others * own,
    lastSeen: window.start,
  };
}

/** Holds the slope of the regression line at the means of each place, added up, against `least` per cent for each of theirs. */
export function followOf(places: readonly Beside[], least: number): Follow {
  let [units, others, own, both] = [0, 0, 0, 0];
  for (const sums of places) {
    const [x, y] = [sums.others / sums.sumUnits, sums.own / sums.sumUnits];
    if (!(x > 0 && y > 0)) continue;
    units += sums.sumUnits;
    others += sums.othersSquared / (x * x) - sums.sumUnits;
    own += sums.ownSquared / (y * y) - sums.sumUnits;
    both += sums.product / (x * y) - sums.sumUnits;
  }
  if (units < HOUR_UNITS || !(others > Number.EPSILON * units) || !(own >= 0))
    return { follows: null, isEvener: false };
  const slope = both / others;
  const margin = SURELY * Math.sqrt(Math.max(0, own - slope * both) / others / units);
  const isEvener = own < EVENER * others;
  const isNot = slope + margin < least && isEvener && units >= UNDECIDED_UNITS;
  return { follows: slope - margin > least ? true : isNot ? false : null, isEvener };
}

type Arrivals = ReadonlyMap<string | null, readonly Subject[]>;

/** Looks through a window for new containers in pods of known workloads. */
export function arrivalsOf(subjects: readonly Subject[], rows: Rows, now: TimeMs): Arrivals {
  const arrived = subjects.filter((one) => knownCoLocated(one, rows, now, DAY_MS).length > 0);
  return Map.groupBy(arrived, ({ repository }) => repository);
}

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
  const others = sumAll(known.map(({ cores }) => cores));
  const first = { own: subject.cores, others: others ?? Infinity, sumUnits: 1 };
  const sums = rowOf(rows, `b/${subject.key}`, 'beside') ?? first;
  const places = subject.repository === null ? [] : (arrivals.get(subject.repository) ?? []);
  // Where its own windows do not tell, those beside other workloads do.
  const itself = followAt([subject], rows, thresholds);
  const everywhere = itself.follows === null ? followAt(places, rows, thresholds) : itself;
  return {
    ...(everywhere.follows === null ? itself : everywhere),
    othersCores: others,
    isLittle: sums.own <= Math.max(sums.others, pageCores(thresholds) * sums.sumUnits),
    workloads: places.length,
    isRollout:
      places.length >= thresholds.spread.many &&
      new Set(places.map(({ namespace }) => namespace)).size > 1,
  };
}

function followAt(places: readonly Subject[], rows: Rows, { sideCar }: AbuseThresholds): Follow {
  const sums = places.flatMap(({ key }) => rowOf(rows, `b/${key}`, 'beside') ?? []);
  return followOf(sums, sideCar.follows);
}

/** What its use is added up beside: of a new side-car the others; of the first hours at a limit its traffic, bytes a second. */
function loadBeside({ subject, sideCar, normal, track, thresholds }: Facts): number | null {
  if (sideCar !== null) return sideCar.othersCores;
  const isHeld = levelOf(subject, thresholds)?.of === 'limit' && subject.kind === 'cpu';
  const isFirst = normal.source === 'unknown' && track.levelDwell >= offWindows(thresholds);
  return isHeld && isFirst ? subject.net : null;
}

/** True for what has been at its limit for two hours, however its traffic has varied. */
export function ignoresTraffic(subject: Subject, rows: Rows, thresholds: AbuseThresholds): boolean {
  return followAt([subject], rows, thresholds).follows === false;
}

/** Adds the window up. What is no longer at its limit begins anew; of a side-car it is kept, for those of its image. */
export function learnBeside(facts: Facts, rows: Rows): void {
  const { subject, window, track, historyStart } = facts;
  const load = loadBeside(facts);
  const was = rowOf(rows, `b/${subject.key}`, 'beside');
  const isOfTraffic = was !== null && track.firstSeen - historyStart < DAY_MS;
  if (load === null && isOfTraffic) rows.delete(`b/${subject.key}`);
  // Of its first window it ran for a part only.
  if (load === null || subject.isStarting || track.firstSeen >= window.start) return;
  const sums = addWindow(was, load, subject.cores, window);
  rows.set(`b/${subject.key}`, sums);
}
