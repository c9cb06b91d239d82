import type { TimeMs, Window } from './time.ts';

/** Something that a person expects to use and to cost more: a load test, a sale, a migration. */
export interface PlannedEvent {
  readonly id: string;
  readonly name: string;
  readonly startsAt: TimeMs;
  readonly endsAt: TimeMs;
  /** Empty for every namespace. */
  readonly namespaces: readonly string[];
  /** The name of one workload, or null for all. */
  readonly workload: string | null;
  readonly by: string;
  readonly at: TimeMs;
  /** True where it was announced by someone who may keep abuse quiet. */
  readonly holdsForAbuse: boolean;
}

/** What an event is looked up for; a null workload stands for the namespace as a whole. */
export interface PlannedScope {
  readonly namespace: string;
  readonly workload: string | null;
}

/**
 * The event that is planned for a scope in a window; null for none. An event of one workload is also one of its
 * namespace: it costs more then.
 */
export function plannedIn(
  events: readonly PlannedEvent[],
  { namespace, workload }: PlannedScope,
  { start, end }: Window,
): PlannedEvent | null {
  const found = events.find(
    (event) =>
      event.startsAt < end &&
      event.endsAt > start &&
      (event.namespaces.length === 0 || event.namespaces.includes(namespace)) &&
      (event.workload === null || workload === null || event.workload === workload),
  );
  return found ?? null;
}
