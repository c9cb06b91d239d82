import type { Finding } from '../../model/finding.ts';
import { MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { PlanningView, RecordedEvent } from '../../store/notifications/deliveryStore.ts';
import { hashId } from './deliveryId.ts';

/** Receivers that are no people: they have their own grouping, silences and memory. */
export interface Machines {
  /** Keep events: a SIEM. It gets all of them, silenced or not. */
  readonly events: readonly Receiver[];
  /** Keep state, and forget what is not repeated: Alertmanager. */
  readonly alerts: readonly Receiver[];
  /** Those of them that also get an alert which fires as long as windows are sealed. */
  readonly watchdogs: readonly Receiver[];
}

const EVENTS_A_DELIVERY = 100;

/** Deliveries for machines: each event once, and the whole of what fires at every plan. */
export function machineDeliveries(
  view: PlanningView,
  machines: Machines,
  isQuiet: (finding: Finding) => boolean,
  now: TimeMs,
): readonly Delivery[] {
  return [
    ...machines.events.flatMap((receiver) => eventDeliveries(receiver, view, now)),
    ...machines.alerts.flatMap((receiver) => {
      const isWatched = machines.watchdogs.includes(receiver);
      const sealedUntil = isWatched ? view.watermark : null;
      return alertDeliveries(receiver, view, isQuiet, sealedUntil, now);
    }),
  ];
}

function eventDeliveries(receiver: Receiver, view: PlanningView, now: TimeMs): readonly Delivery[] {
  const open = new Set(
    view.findings.filter(({ state }) => state !== 'resolved').map(({ id }) => id),
  );
  // Of a muted past only what is still open is sent.
  const isSent = ({ event, suppressed }: RecordedEvent) =>
    !suppressed || open.has(event.finding.id);
  const events = view.events.filter(isSent).map(({ event }) => event);
  const deliveries: Delivery[] = [];
  for (let from = 0; from < events.length; from += EVENTS_A_DELIVERY) {
    const batch = events.slice(from, from + EVENTS_A_DELIVERY);
    const keys = batch.map(({ finding, type, at }) => [finding.id, type, at]);
    const id = hashId([receiver, keys]);
    deliveries.push({
      id,
      receiver,
      conversation: `events/${id}`,
      priority: 5,
      createdAt: now,
      notice: { kind: 'events', events: batch },
    });
  }
  return deliveries;
}

/** For so long an alert of a finding that was acknowledged or accepted is sent as ended: longer than it fires by itself. */
const ENDING_MS = 20 * MINUTE_MS;

function justDecided({ state, decision }: Finding, now: TimeMs): boolean {
  const isDecided = state === 'acknowledged' || state === 'accepted';
  return isDecided && decision !== null && now - decision.at < ENDING_MS;
}

function alertDeliveries(
  receiver: Receiver,
  view: PlanningView,
  isQuiet: (finding: Finding) => boolean,
  sealedUntil: TimeMs | null,
  now: TimeMs,
): readonly Delivery[] {
  const justClosed = new Set(
    view.events.filter(({ event }) => event.type === 'closed').map(({ event }) => event.finding.id),
  );
  const fires = (finding: Finding) =>
    finding.severity !== 'info' &&
    (finding.state === 'open' ||
      justDecided(finding, now) ||
      (finding.state === 'resolved' && justClosed.has(finding.id))) &&
    !isQuiet(finding);
  const findings = view.findings.filter(fires);
  if (findings.length === 0 && sealedUntil === null) return [];
  const notice = { kind: 'alerts', at: now, findings, sealedUntil } as const;
  const id = hashId([receiver, now, findings.map(({ id: finding }) => finding)]);
  return [{ id, receiver, conversation: 'alerts', priority: 10, createdAt: now, notice }];
}
