import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { WorkloadEventQuery } from '../../store/workloads.ts';
import { inNamespaces, isGiven, type Db } from './db.ts';

/** Records a change; one that a state gone back to a checkpoint finds again is left alone. */
export async function appendWorkloadEvent(
  db: Db,
  { namespace, workload: { kind, name }, at, type, container, before, after, text }: WorkloadEvent,
): Promise<void> {
  await db.run`INSERT INTO workload_events
       (namespace, kind, name, at, type, container, before, after, text)
     SELECT ${namespace}, ${kind}, ${name}, ${at}, ${type}, ${container ?? ''}, ${before}, ${after}, ${text}
     WHERE ${after} IS NULL OR ${after} IS DISTINCT FROM (
       SELECT after FROM workload_events
       WHERE namespace = ${namespace} AND kind = ${kind} AND name = ${name} AND type = ${type}
         AND container = ${container ?? ''} ORDER BY at DESC LIMIT 1)
     ON CONFLICT DO NOTHING`;
}

interface EventRow extends Omit<WorkloadEvent, 'workload'> {
  readonly kind: string;
  readonly name: string;
}

/** Changes of workloads, oldest first; the latest `limit` of them. */
export async function readWorkloadEvents(
  db: Db,
  query: WorkloadEventQuery,
): Promise<readonly WorkloadEvent[]> {
  const { namespace, workload, from, to, limit, namespaces, type } = query;
  const rows =
    await db.all<EventRow>`SELECT at, type, namespace, kind, name, container, text, before, after FROM workload_events
     WHERE at >= ${from} AND at < ${to}
       AND ${isGiven('namespace', namespace)} AND ${isGiven('type', type)}
       AND ${isGiven('kind', workload?.kind)} AND ${isGiven('name', workload?.name)}
       AND ${inNamespaces(namespaces)}
     ORDER BY at DESC, namespace DESC, kind DESC, name DESC, type DESC, container DESC
     LIMIT ${limit}`;
  return rows.toReversed().map(({ kind, name, container, ...event }) => ({
    ...event,
    workload: { kind, name },
    container: container || null,
  }));
}
