import { ONE_RUN_KINDS } from '../../../collect/identity.ts';
import { hash } from '../../../model/hash.ts';
import type { Facts } from '../evidence/signal.ts';
import { rowOf, type Rows } from '../state/state.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { amountsOf, MOST_NAMED, type Subject } from './subject.ts';

const ONE_SHOT_KINDS: ReadonlySet<string> = new Set(['Pod', 'Job', ...ONE_RUN_KINDS]);

/** The row of all one-shot and new workloads of one image in a namespace. */
export function groupKey({ namespace, repository }: Subject): string {
  return `g/${namespace}/${repository ?? '?'}`;
}

/** Swarms and chains: what is too small or too short by itself is judged together. */
export interface Group {
  readonly subject: Subject;
  readonly memberHashes: readonly number[];
  /** Keys of the subjects that it speaks for, once it is one of many; none in a window that shows none of them. */
  readonly memberKeys: readonly string[];
}

/** True for a bare pod, a run, or any workload that is certainly new. */
function mayBeOneOfMany({ subject, normal, sideCar }: Facts): boolean {
  // It is in as many places as its workloads are, which says nothing.
  if (sideCar !== null && sideCar.isLittle && sideCar.follows !== false) return false;
  if (subject.kind !== 'cpu' || subject.workload === null) return false;
  return ONE_SHOT_KINDS.has(subject.workload.kind) || (normal.base === null && normal.isDeployed);
}

/** By namespace and image repository: who may create in a namespace stands behind them all. */
export function collectGroups(
  looked: readonly Facts[],
  rows: Rows,
  { spread: { many } }: AbuseThresholds,
): readonly Group[] {
  const candidates = looked.filter(mayBeOneOfMany).map(({ subject }) => subject);
  const seen = Map.groupBy(candidates, groupKey);
  // Groups of which nobody is seen have used nothing; only open episodes care.
  for (const [key, row] of rows.entries())
    if (key.startsWith('g/') && row.row === 'track' && row.since > 0 && !seen.has(key))
      seen.set(key, []);
  return Array.from(seen, ([key, members]) => {
    const track = rowOf(rows, key, 'track');
    const [, namespace = '', ...rest] = key.split('/');
    const hashes = new Set<number>(track !== null && track.since > 0 ? track.members : []);
    for (const { workload } of members)
      if (hashes.size < MOST_NAMED && workload !== null) hashes.add(hash(workload.name));
    // A run ends. Where one follows another at once, they are one standing load in many names; many at a time are a batch.
    const isRelay = members.length < many && hashes.size >= many * members.length;
    const [first, ...others] = members;
    // Links of a chain stand alone in their window, and are one finding all the same.
    const isOneWorkload =
      first !== undefined &&
      hashes.size === 1 &&
      others.every(
        ({ workload }) =>
          workload?.kind === first.workload?.kind && workload?.name === first.workload?.name,
      );
    const pods = members.flatMap((member) => member.members).sort((a, b) => b.cores - a.cores);
    const subject: Subject = {
      ...amountsOf(pods, true),
      nodeCores: null,
      ram: null,
      ramLimit: null,
      tensor: null,
      netWithout: null,
      isStarting: false,
      key,
      kind: 'group',
      namespace,
      // The finding of the one workload that all members are is its own, and no group's.
      scope: isOneWorkload
        ? { ...first.scope, container: others.length === 0 ? first.scope.container : null }
        : { namespace, workload: null, container: null, subject: rest.join('/') },
      workload: isOneWorkload ? first.workload : null,
      runs: !isRelay && members.every(({ runs }) => runs),
      image: first?.image ?? null,
      repository: first?.repository ?? null,
    };
    return { subject, memberHashes: [...hashes], memberKeys: members.map((member) => member.key) };
  });
}
