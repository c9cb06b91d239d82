import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { ContainerInstance, InstanceQuery, Neighbour } from '../../store/workloads.ts';
import { inNamespaces, isOfWorkload, inList, type Db } from './db.ts';

/** The youngest are kept. */
const MAX_INSTANCES = 500;
const MAX_NEIGHBOURS = 50;

/** Instances of a workload's containers that ran in [from, to), the youngest first. */
export async function readInstances(
  db: Db,
  { namespace, workload, from, to }: InstanceQuery,
): Promise<readonly ContainerInstance[]> {
  return await db.all<ContainerInstance>`SELECT pod, container, nullif(node, '') AS node, nullif(image, '') AS image,
       nullif(owner, '') AS owner, first_hour AS firstHour, last_hour AS lastHour
     FROM containers
     WHERE ${isOfWorkload(namespace, workload)} AND last_hour > ${from - HOUR_MS} AND first_hour < ${to}
       AND container <> ''
     ORDER BY first_hour DESC, id DESC LIMIT ${MAX_INSTANCES}`;
}

/** The node that a pod ran on, by its UID. */
export async function readNodeOfPod(db: Db, uid: string): Promise<string | null> {
  const node = await db.value<string>`SELECT node FROM containers
    WHERE uid = ${uid} AND node <> '' ORDER BY last_hour DESC LIMIT 1`;
  return node ?? null;
}

/** Workloads that these pods of a namespace belong to, sorted. */
export async function readWorkloadsOf(
  db: Db,
  namespace: string,
  pods: readonly string[],
): Promise<readonly WorkloadRef[]> {
  if (pods.length === 0) return [];
  return await db.all<WorkloadRef>`SELECT DISTINCT kind, name FROM containers
     WHERE namespace = ${namespace} AND pod ${inList(pods)} ORDER BY kind, name`;
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
  type Row = Omit<Neighbour, 'workload'> & WorkloadRef;
  const rows = await db.all<Row>`SELECT namespace, kind, name, image, count(DISTINCT pod) AS pods,
       min(first_hour) AS firstHour, max(last_hour) AS lastHour
     FROM containers
     WHERE last_hour >= ${from} AND image ${inList(wanted)}
       AND ${inNamespaces(namespaces)}
     GROUP BY namespace, kind, name, image ORDER BY namespace, kind, name LIMIT ${MAX_NEIGHBOURS}`;
  return rows.map(({ kind, name, ...rest }) => ({ ...rest, workload: { kind, name } }));
}
