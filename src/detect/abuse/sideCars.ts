import type { TimeMs } from '../../model/time.ts';
import type { Baseline } from './baseline.ts';
import { followOf, type Follow } from './follow.ts';
import { repositoryOf } from './images.ts';
import { knownMates } from './neighbours.ts';
import type { Beside, Rows } from './state.ts';
import type { Subject } from './subject.ts';
import type { AbuseThresholds } from './thresholds.ts';

/** A new container in the pods of a known workload, and how it stands beside the known containers. */
export interface SideCar extends Follow {
  /** Cores of the pod's known containers in this window. */
  readonly othersCores: number;
  /** True while it uses no more than `sideCar.share` of what they do, or than `sideCar.smallCores`, on average since it came. */
  readonly isLittle: boolean;
  /** Workloads that its image has come to in this way. */
  readonly workloads: number;
  /** True when they are many, in several namespaces: a rollout to the cluster, by whoever may do that. */
  readonly isRollout: boolean;
}

/** Where the images of new side-cars have come to: by repository, workloads and their namespaces. */
export type Arrivals = ReadonlyMap<
  string,
  { readonly workloads: ReadonlySet<string>; readonly namespaces: ReadonlySet<string> }
>;

/** Looks through a window for new containers in pods of known workloads. */
export function arrivalsOf(
  subjects: readonly Subject[],
  rows: Rows,
  now: TimeMs,
  knobs: AbuseThresholds,
): Arrivals {
  const arrivals = new Map<string, { workloads: Set<string>; namespaces: Set<string> }>();
  for (const subject of subjects) {
    const { image, workload, namespace } = subject;
    if (image === null || workload === null) continue;
    if (othersCores(subject, rows, now, knobs) === null) continue;
    const repository = repositoryOf(image);
    const places = arrivals.get(repository) ?? { workloads: new Set(), namespaces: new Set() };
    places.workloads.add(`${namespace}/${workload.kind}/${workload.name}`);
    places.namespaces.add(namespace);
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
  knobs: AbuseThresholds,
): SideCar | null {
  if (base !== null && !base.isShort) return null;
  const others = othersCores(subject, rows, now, knobs);
  if (others === null) return null;
  const sums = besideOf(rows, subject);
  const { share, smallCores, follows, workloads, namespaces } = knobs.sideCar;
  const [own, theirs] = sums === null ? [subject.cores ?? 0, others] : [sums.own, sums.others];
  const places = arrivals.get(repositoryOf(subject.image ?? ''));
  return {
    ...followOf(sums, follows),
    othersCores: others,
    isLittle: own <= Math.max(share * theirs, smallCores * (sums?.sumUnits ?? 1)),
    workloads: places?.workloads.size ?? 1,
    isRollout:
      places !== undefined &&
      places.workloads.size >= workloads &&
      places.namespaces.size >= namespaces,
  };
}

/** What was added up of how a side-car goes with the others; null before its first window. */
export function besideOf(rows: Rows, subject: Subject): Beside | null {
  const row = rows.get(besideKey(subject));
  return row?.row === 'beside' ? row : null;
}

/** The row in which it is added up how a side-car goes with the others. */
export function besideKey({ key }: Subject): string {
  return `b/${key}`;
}

/** Cores of the known containers of its pod; null where it is no new container beside such. */
function othersCores(
  subject: Subject,
  rows: Rows,
  now: TimeMs,
  knobs: AbuseThresholds,
): number | null {
  let cores: number | null = null;
  for (const mate of knownMates(subject, rows, now, knobs.baseline.newAfterHours))
    if (mate.cores !== null) cores = (cores ?? 0) + mate.cores;
  return cores;
}
