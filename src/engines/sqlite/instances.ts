import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { ContainerInstance, Neighbour } from '../../store/workloads.ts';
import type { Db } from './database.ts';

interface InstanceRow {
  readonly pod: string;
  readonly container: string;
  readonly node: string;
  readonly image: string;
  readonly owner: string;
  readonly first_hour: TimeMs;
  readonly last_hour: TimeMs;
}

/** More instances than anybody reads; the youngest are kept. */
const MAX_INSTANCES = 500;
const MAX_NEIGHBOURS = 50;

/** Instances of a workload's containers that ran in [from, to), the youngest first. */
export function readInstances(
  db: Db,
  namespace: string,
  workload: WorkloadRef,
  from: TimeMs,
  to: TimeMs,
): readonly ContainerInstance[] {
  const rows = db
    .prepare(
      `SELECT pod, container, node, image, owner, first_hour, last_hour FROM containers
       WHERE namespace = ? AND kind = ? AND name = ? AND last_hour > ? AND first_hour < ?
         AND container <> ''
       ORDER BY first_hour DESC, id DESC LIMIT ?`,
    )
    .all(
      namespace,
      workload.kind,
      workload.name,
      from - HOUR_MS,
      to,
      MAX_INSTANCES,
    ) as readonly InstanceRow[];
  return rows.map((row) => ({
    pod: row.pod,
    container: row.container,
    node: row.node || null,
    image: row.image || null,
    owner: row.owner || null,
    firstHour: row.first_hour,
    lastHour: row.last_hour,
  }));
}

/** Workloads that these pods of a namespace belong to, sorted. */
export function readWorkloadsOf(
  db: Db,
  namespace: string,
  pods: readonly string[],
): readonly WorkloadRef[] {
  if (pods.length === 0) return [];
  return db
    .prepare(
      `SELECT DISTINCT kind, name FROM containers
       WHERE namespace = ? AND pod IN (${pods.map(() => '?').join(', ')}) ORDER BY kind, name`,
    )
    .all(namespace, ...pods) as readonly WorkloadRef[];
}

/** Other workloads that ran one of these images since `from`, by namespace and name. */
export function readNeighbours(
  db: Db,
  images: readonly string[],
  from: TimeMs,
  namespaces: readonly string[] | null,
): readonly Neighbour[] {
  const wanted = images.filter((image) => image !== '').slice(0, 8);
  if (wanted.length === 0 || namespaces?.length === 0) return [];
  const inNamespaces =
    namespaces === null ? '' : `AND namespace IN (${namespaces.map(() => '?').join(', ')})`;
  return db
    .prepare(
      `SELECT namespace, kind, name, image, count(DISTINCT pod) AS pods,
         min(first_hour) AS firstHour, max(last_hour) AS lastHour
       FROM containers
       WHERE last_hour >= ? AND image IN (${wanted.map(() => '?').join(', ')}) ${inNamespaces}
       GROUP BY namespace, kind, name, image ORDER BY namespace, kind, name LIMIT ?`,
    )
    .all(from, ...wanted, ...(namespaces ?? []), MAX_NEIGHBOURS)
    .map((row) => {
      const { kind, name, ...rest } = row as Omit<Neighbour, 'workload'> & WorkloadRef;
      return { ...rest, workload: { kind, name } };
    });
}
