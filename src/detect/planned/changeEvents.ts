import { createHash } from 'node:crypto';
import { cleanText } from '../../model/text/clean.ts';
import type { PlannedEvent } from '../../model/plannedEvent.ts';
import { DAY_MS, formatTime, type TimeMs } from '../../model/time.ts';
import type { AuditLog } from '../../store/auditLog.ts';
import type { OperatorLog } from '../../store/findingLog.ts';
import { ChangeRefused, type Actor } from '../findings/decideFinding.ts';
import { MAX_EVENT_NAME } from './config.ts';
import { isConfigured, PLANNED_ID } from './plannedEvents.ts';

export const MAX_EVENT_NAMESPACES = 50;
/** The longest event: what lasts longer is the new normal. */
const LONGEST_MS = 31 * DAY_MS;
/** An event of so long ago changes nothing any more. */
const OLDEST_MS = 30 * DAY_MS;
const MOST_EVENTS = 200;

/** What a person announces. */
export interface EventRequest {
  readonly name: string;
  readonly startsAt: TimeMs;
  readonly endsAt: TimeMs;
  readonly namespaces: readonly string[];
  readonly workload: string | null;
  readonly holdsForAbuse: boolean;
}

interface EventStores {
  readonly actions: Pick<OperatorLog, 'append'>;
  readonly audit: Pick<AuditLog, 'append'>;
}

/**
 * Announces an event. The next window knows of it; windows that are sealed already stay as they are. Callers check
 * first whether the actor may.
 * @param known events that are planned already
 * @throws ChangeRefused with what is wrong
 */
export async function planEvent(
  request: EventRequest,
  known: readonly PlannedEvent[],
  actor: Actor,
  stores: EventStores,
  now: TimeMs,
): Promise<PlannedEvent> {
  const name = cleanText(request.name).slice(0, MAX_EVENT_NAME);
  const { startsAt, endsAt, namespaces, workload, holdsForAbuse } = request;
  const refuse = (text: string) => new ChangeRefused('invalid', text);
  if (name === '') throw refuse('An event needs a name, for those who find it later');
  if (!(endsAt > startsAt)) throw refuse('An event must end after it starts');
  if (endsAt - startsAt > LONGEST_MS) throw refuse('An event may last 31 days at most');
  if (endsAt < now - OLDEST_MS) throw refuse('This event ended more than 30 days ago');
  if (namespaces.length > MAX_EVENT_NAMESPACES)
    throw refuse(`An event may name ${MAX_EVENT_NAMESPACES} namespaces at most`);
  if (known.length >= MOST_EVENTS)
    throw new ChangeRefused('conflict', `${MOST_EVENTS} events are planned: remove some first`);
  const hash = createHash('sha256').update(JSON.stringify([request, actor.who, now]));
  const id = hash.digest('hex').slice(0, 10);
  const by = cleanText(actor.who);
  const event = { id, name, startsAt, endsAt, namespaces, workload, by, at: now, holdsForAbuse };
  await record('plan', event, actor, stores, now);
  return event;
}

/** Withdraws an event. @throws ChangeRefused where it stands in the configuration */
export async function cancelEvent(
  event: PlannedEvent,
  actor: Actor,
  stores: EventStores,
  now: TimeMs,
): Promise<void> {
  if (isConfigured(event))
    throw new ChangeRefused('conflict', 'This event is one of the configuration: remove it there');
  await record('cancel', event, actor, stores, now);
}

async function record(
  action: 'plan' | 'cancel',
  event: PlannedEvent,
  actor: Actor,
  { audit, actions }: EventStores,
  now: TimeMs,
): Promise<void> {
  const { id, name, startsAt, endsAt, namespaces, workload } = event;
  await audit.append({
    ...actor,
    at: now,
    action: `event.${action}`,
    subject: id,
    namespace: namespaces.length === 1 ? (namespaces[0] ?? null) : null,
    detail: {
      name,
      startsAt: formatTime(startsAt),
      endsAt: formatTime(endsAt),
      namespaces: namespaces.join(', '),
      workload,
    },
  });
  const decision = { by: actor.who, at: now, reason: name, until: endsAt, event };
  await actions.append({ findingId: PLANNED_ID, action, decision });
}

/** An event as the API and the command line give it. */
export function eventJson(event: PlannedEvent) {
  const { id, name, startsAt, endsAt, namespaces, workload, by } = event;
  return {
    id,
    name,
    startsAt: formatTime(startsAt),
    endsAt: formatTime(endsAt),
    namespaces: [...namespaces],
    ...(workload === null ? {} : { workload }),
    by,
  };
}
