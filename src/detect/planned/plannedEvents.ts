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

const CONFIGURED = 'config:';

/** Whether an event stands in the configuration, which alone can take it away. */
export function isConfigured({ id }: PlannedEvent): boolean {
  return id.startsWith(CONFIGURED);
}

/** Those of the configuration; their id is their name's. */
export function configuredEvents(events: readonly EventConfig[]): readonly PlannedEvent[] {
  return events.map(({ name, start, end, namespaces, workload }) => ({
    id: `${CONFIGURED}${name}`,
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
  applyActions(rows, actions);
  for (const [id, { endsAt }] of Array.from(rows.entries()))
    if (endsAt < end - KEPT_MS) rows.delete(id);
}

function applyActions(
  events: Pick<DetectorState<PlannedEvent>, 'set' | 'delete'>,
  actions: readonly OperatorAction[],
): void {
  for (const { findingId, action, decision } of actions) {
    const { event } = decision;
    if (findingId !== PLANNED_ID || event === undefined) continue;
    if (action === 'plan') events.set(event.id, event);
    if (action === 'cancel') events.delete(event.id);
  }
}

/** Events that have not ended by `after`, the earliest first: those of the configuration and those that were announced. */
export async function readEvents(
  reader: Pick<HistoryReader, 'operatorActions'>,
  configured: readonly EventConfig[],
  after: TimeMs,
): Promise<readonly PlannedEvent[]> {
  const announced = new Map<string, PlannedEvent>();
  applyActions(announced, await reader.operatorActions(PLANNED_ID));
  return [...configuredEvents(configured), ...announced.values()]
    .filter(({ endsAt }) => endsAt > after)
    .sort((a, b) => a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1));
}
