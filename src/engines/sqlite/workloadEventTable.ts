import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { WorkloadEventQuery } from '../../store/workloads.ts';
import type { Db, Statement } from './database.ts';

/** Puts what changed about workloads into the history. */
export class WorkloadEventTable {
  readonly #insert: Statement;

  private constructor(insert: Statement) {
    this.#insert = insert;
  }

  static create(db: Db): WorkloadEventTable {
    // A state that went back to a checkpoint may find a change again that is told already.
    return new WorkloadEventTable(
      db.prepare(`
        INSERT OR IGNORE INTO workload_events
        SELECT $namespace, $kind, $name, $at, $type, $container, $before, $after, $text
        WHERE $after IS NULL OR $after IS NOT (
          SELECT after FROM workload_events
          WHERE namespace = $namespace AND kind = $kind AND name = $name AND type = $type
            AND container = $container ORDER BY at DESC LIMIT 1)`),
    );
  }

  append({ workload, container, ...event }: WorkloadEvent): void {
    this.#insert.run({ ...event, ...workload, container: container ?? '' });
  }
}

interface EventRow extends Omit<WorkloadEvent, 'workload'> {
  readonly kind: string;
  readonly name: string;
}

/** What changed about workloads, oldest first; the latest `limit` of them. */
export function readWorkloadEvents(db: Db, query: WorkloadEventQuery): readonly WorkloadEvent[] {
  const { namespace, workload, from, to, limit, namespaces } = query;
  const rows = db
    .prepare(
      `SELECT at, type, namespace, kind, name, container, text, before, after FROM workload_events
       WHERE at >= $from AND at < $to
         AND ($namespace IS NULL OR namespace = $namespace)
         AND ($kind IS NULL OR (kind = $kind AND name = $name))
         AND ($namespaces IS NULL OR namespace IN (SELECT value FROM json_each($namespaces)))
       ORDER BY at DESC, namespace DESC, kind DESC, name DESC, type DESC, container DESC
       LIMIT $limit`,
    )
    .all({
      from,
      to,
      limit,
      namespace,
      kind: workload?.kind ?? null,
      name: workload?.name ?? null,
      namespaces: namespaces ? JSON.stringify(namespaces) : null,
    }) as EventRow[];
  return rows.toReversed().map(({ kind, name, container, ...event }) => ({
    ...event,
    workload: { kind, name },
    container: container || null,
  }));
}
