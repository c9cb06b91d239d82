import { DAY_MS, type TimeMs } from '../../../model/time.ts';
import type { Baseline } from '../expectation/baseline.ts';
import { addMoments, followOf, momentsOf, sumsOf, type Follow, type Moments } from './follow.ts';
import { repositoryOf } from '../../../model/image.ts';
import { knownCoLocated } from '../expectation/neighbours.ts';
import type { Beside, Rows } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import { pageCores, type AbuseThresholds } from '../thresholds.ts';

/** A new container in the pods of a known workload, and how it stands beside the known containers. */
export interface SideCar extends Follow {
  /** Cores of the pod's known containers in this window; null where those of one are not known. */
  readonly othersCores: number | null;
  /** True while it uses no more than they do, or than can be critical, on average since it came. */
  readonly isLittle: boolean;
  /** Workloads that its image has come to in this way. */
  readonly workloads: number;
  /** True when they are many, in several namespaces: a rollout to the cluster, by whoever may do that. */
  readonly isRollout: boolean;
}

/** Where the images of new side-cars have come to, by repository. */
export type Arrivals = ReadonlyMap<string, Arrival>;

interface Arrival {
  readonly workloads: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  /** How the image goes with the others, beside all of these. */
  readonly moments: Moments | null;
}

/** Looks through a window for new containers in pods of known workloads. */
export function arrivalsOf(subjects: readonly Subject[], rows: Rows, now: TimeMs): Arrivals {
  const arrivals = new Map<
    string,
    { workloads: Set<string>; namespaces: Set<string>; moments: Moments | null }
  >();
  for (const subject of subjects) {
    const { image, workload, namespace } = subject;
    if (image === null || workload === null) continue;
    if (knownCoLocated(subject, rows, now, DAY_MS).length === 0) continue;
    const repository = repositoryOf(image);
    const places = arrivals.get(repository) ?? {
      workloads: new Set(),
      namespaces: new Set(),
      moments: null,
    };
    places.workloads.add(`${namespace}/${workload.kind}/${workload.name}`);
    places.namespaces.add(namespace);
    const moments = ownMoments(rows, subject);
    if (moments !== null) places.moments = addMoments(places.moments, moments);
    arrivals.set(repository, places);
  }
  return arrivals;
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
  const { follows } = thresholds.sideCar;
  const [own, theirs] =
    sums === null ? [subject.cores ?? 0, others ?? Infinity] : [sums.own, sums.others];
  const places = arrivals.get(repositoryOf(subject.image ?? ''));
  // One image is one piece of software: where its own windows do not tell, those beside other workloads do.
  const itself = followOf(ownMoments(rows, subject), follows);
  const everywhere = itself.follows === null ? followOf(places?.moments ?? null, follows) : itself;
  return {
    ...(everywhere.follows === null ? itself : everywhere),
    othersCores: others,
    isLittle: own <= Math.max(theirs, pageCores(thresholds) * (sums?.sumUnits ?? 1)),
    workloads: places?.workloads.size ?? 1,
    isRollout:
      places !== undefined &&
      places.workloads.size >= thresholds.spread.many &&
      places.namespaces.size > 1,
  };
}

/** What was added up of how a side-car goes with the others; null before its first window. */
export function besideOf(rows: Rows, subject: Subject): Beside | null {
  return sumsOf(rows, besideKey(subject));
}

function ownMoments(rows: Rows, subject: Subject): Moments | null {
  const sums = besideOf(rows, subject);
  return sums === null ? null : momentsOf(sums);
}

/** The row in which it is added up how a side-car goes with the others. */
export function besideKey({ key }: Subject): string {
  return `b/${key}`;
}
