import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { WorkloadEventQuery } from '../../store/workloads.ts';
import { all, type Db, IN_NAMESPACES, list, run } from './db.ts';

/** Records a change; one that a state gone back to a checkpoint finds again is left alone. */
export async function appendWorkloadEvent(
  db: Db,
  { workload, container, ...event }: WorkloadEvent,
): Promise<void> {
  await run(
    db,
    `INSERT INTO workload_events
       (namespace, kind, name, at, type, container, before, after, text)
     SELECT $namespace, $kind, $name, $at, $type, $container, $before, $after, $text
     WHERE $after IS NULL OR $after IS DISTINCT FROM (
       SELECT after FROM workload_events
       WHERE namespace = $namespace AND kind = $kind AND name = $name AND type = $type
         AND container = $container ORDER BY at DESC LIMIT 1)
     ON CONFLICT DO NOTHING`,
    { ...event, ...workload, container: container ?? '' },
  );
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
  const { namespace, workload, from, to, limit, namespaces, type = null } = query;
  const rows = await all<EventRow>(
    db,
    `SELECT at, type, namespace, kind, name, container, text, before, after FROM workload_events
     WHERE at >= $from AND at < $to
       AND ($namespace IS NULL OR namespace = $namespace)
       AND ($kind IS NULL OR (kind = $kind AND name = $name))
       AND ($type IS NULL OR type = $type)
       AND ${IN_NAMESPACES}
     ORDER BY at DESC, namespace DESC, kind DESC, name DESC, type DESC, container DESC
     LIMIT $limit`,
    {
      from,
      to,
      limit,
      namespace,
      type,
      namespaces: list(namespaces),
      kind: workload?.kind ?? null,
      name: workload?.name ?? null,
    },
  );
  return rows.toReversed().map(({ kind, name, container, ...event }) => ({
    ...event,
    workload: { kind, name },
    container: container || null,
  }));
}
