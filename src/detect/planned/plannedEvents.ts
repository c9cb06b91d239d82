import type { OperatorAction } from '../../model/finding.ts';
import type { PlannedEvent } from '../../model/plannedEvent.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { HistoryReader } from '../../store/history.ts';
import { jsonCodec, type DetectorState } from '../../store/stateCodec.ts';
import type { EventConfig } from './config.ts';

/** Under this name in the place of a finding's id, announcements are appended and merged by the next window. */
export const PLANNED_ID = 'planned-events';

/** State is kept beside the detectors', by the event's id: what a window knew of is what a replay knows of. */
export const PLANNED = {
  name: PLANNED_ID,
  version: 1,
  codec: jsonCodec<PlannedEvent>(),
} as const;

/** What has ended is let go after this. */
const KEPT_MS = 30 * DAY_MS;

/** Those of the configuration; their id is their name's. */
export function configuredEvents(events: readonly EventConfig[]): readonly PlannedEvent[] {
  return events.map(({ name, start, end, namespaces, workload }) => ({
    id: `config:${name}`,
    name,
    startsAt: Date.parse(start),
    endsAt: Date.parse(end),
    namespaces,
    workload: workload ?? null,
    by: 'configuration',
    at: 0,
    holdsForAbuse: true,
  }));
}

/** Merges what was announced and withdrawn since the last window. */
export function mergeEvents(
  rows: DetectorState<PlannedEvent>,
  actions: readonly OperatorAction[],
  end: TimeMs,
): void {
  for (const { action, event } of eventActions(actions)) {
    if (action === 'plan') rows.set(event.id, event);
    else rows.delete(event.id);
  }
  for (const [id, { endsAt }] of Array.from(rows.entries()))
    if (endsAt < end - KEPT_MS) rows.delete(id);
}

function eventActions(actions: readonly OperatorAction[]) {
  return actions.flatMap(({ findingId, action, decision: { event } }) =>
    findingId === PLANNED_ID && event !== undefined && (action === 'plan' || action === 'cancel')
      ? [{ action, event }]
      : [],
  );
}

/** Events that have not ended by `after`, the earliest first: those of the configuration and those that were announced. */
export async function readEvents(
  reader: Pick<HistoryReader, 'operatorActions'>,
  configured: readonly EventConfig[],
  after: TimeMs,
): Promise<readonly PlannedEvent[]> {
  const announced = new Map<string, PlannedEvent>();
  for (const { action, event } of eventActions(await reader.operatorActions(PLANNED_ID))) {
    if (action === 'plan') announced.set(event.id, event);
    else announced.delete(event.id);
  }
  return [...configuredEvents(configured), ...announced.values()]
    .filter(({ endsAt }) => endsAt > after)
    .sort((a, b) => a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1));
}
