import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { ContainerInstance, InstanceQuery, Neighbour } from '../../store/workloads.ts';
import { all, first, type Db, IN_NAMESPACES, list } from './db.ts';

/** The youngest are kept. */
const MAX_INSTANCES = 500;
const MAX_NEIGHBOURS = 50;

/** Instances of a workload's containers that ran in [from, to), the youngest first. */
export async function readInstances(
  db: Db,
  { namespace, workload, from, to }: InstanceQuery,
): Promise<readonly ContainerInstance[]> {
  return await all<ContainerInstance>(
    db,
    `SELECT pod, container, nullif(node, '') AS node, nullif(image, '') AS image,
       nullif(owner, '') AS owner, first_hour AS firstHour, last_hour AS lastHour
     FROM containers
     WHERE namespace = ? AND kind = ? AND name = ? AND last_hour > ? AND first_hour < ?
       AND container <> ''
     ORDER BY first_hour DESC, id DESC LIMIT ?`,
    [namespace, workload.kind, workload.name, from - HOUR_MS, to, MAX_INSTANCES],
  );
}

/** The node that a pod ran on, by its UID. */
export async function readNodeOfPod(db: Db, uid: string): Promise<string | null> {
  const sql = `SELECT node FROM containers WHERE uid = ? AND node <> '' ORDER BY last_hour DESC LIMIT 1`;
  const found = await first<{ node: string }>(db, sql, uid);
  return found?.node ?? null;
}

/** Workloads that these pods of a namespace belong to, sorted. */
export async function readWorkloadsOf(
  db: Db,
  namespace: string,
  pods: readonly string[],
): Promise<readonly WorkloadRef[]> {
  if (pods.length === 0) return [];
  return await all<WorkloadRef>(
    db,
    `SELECT DISTINCT kind, name FROM containers
     WHERE namespace = ? AND pod IN (SELECT value FROM json_each(?)) ORDER BY kind, name`,
    [namespace, list(pods)],
  );
}

/** Other workloads that ran one of these images since `from`, by namespace and name. */
export async function readNeighbours(
  db: Db,
  images: readonly string[],
  from: TimeMs,
  namespaces: readonly string[] | null,
): Promise<readonly Neighbour[]> {
  const wanted = images.filter((image) => image !== '').slice(0, 8);
  if (wanted.length === 0 || namespaces?.length === 0) return [];
  const rows = await all<Omit<Neighbour, 'workload'> & WorkloadRef>(
    db,
    `SELECT namespace, kind, name, image, count(DISTINCT pod) AS pods,
       min(first_hour) AS firstHour, max(last_hour) AS lastHour
     FROM containers
     WHERE last_hour >= $from AND image IN (SELECT value FROM json_each($images))
       AND ${IN_NAMESPACES}
     GROUP BY namespace, kind, name, image ORDER BY namespace, kind, name LIMIT $limit`,
    { from, images: list(wanted), namespaces: list(namespaces), limit: MAX_NEIGHBOURS },
  );
  return rows.map(({ kind, name, ...rest }) => ({ ...rest, workload: { kind, name } }));
}
