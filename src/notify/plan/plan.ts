import { mostSevereFirst } from '../../detect/findings/severity.ts';
import type { Finding } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import { receiverKey, type Receiver } from '../../store/notifications/receiver.ts';
import type { Audience } from '../../store/notifications/notice.ts';
import type {
  NotifiedRecord,
  Plan,
  PlanningView,
  RecordedEvent,
} from '../../store/notifications/deliveryStore.ts';
import { intoConversations, type News, type ReceiverNews } from './conversations.ts';
import { capOwners } from './capOwners.ts';
import { findingsDelivery } from './findingsDelivery.ts';
import { machineDeliveries, type Machines } from './machines.ts';
import { maintenanceRule, type MaintenanceWindow } from './maintenance.ts';
import { noticeReason, type ReminderIntervals } from './noticeReason.ts';
import { holdPages } from './paging.ts';
import { previewRoutes, type Preview } from './preview.ts';
import { inhibitionRule, quietTest, silenceRule, spokenForRule } from './quiet.ts';
import { ownerNotes } from './ownerNotes.ts';
import type { FindReceiver } from '../owners.ts';
import { routedOwnerProblem, routesOf, type Destinations, type Route } from './routes.ts';

/** What an operator decided about notifications. */
export interface Policy {
  readonly destinations: Destinations;
  readonly machines: Machines;
  /** How owners are reached; null where no channel reaches people. */
  readonly reach: FindReceiver | null;
  readonly reminders: ReminderIntervals;
  readonly maintenance: readonly MaintenanceWindow[];
  /** Length of the preview after the install in milliseconds; zero for none. */
  readonly previewMs: number;
  readonly maxPagesPerDay: number;
}

/**
 * Turns what the history holds into deliveries. Pure: the same view, policy and `now` always give the
 * same plan, so a plan that was lost with its process is simply made again.
 *
 * @param isQuiet of the same view: what it was asked before is not worked out again
 *
 * finding → routes (preview) → named reason → quiet? → page limit → conversations → deliveries
 */
export function planDeliveries(
  view: PlanningView,
  policy: Policy,
  now: TimeMs,
  isQuiet = quietOf(view, policy, now),
): Plan {
  const preview: Preview = {
    active: now < (view.installedAt ?? now) + policy.previewMs,
    platform: policy.destinations.platform,
  };
  const all = newsByReceiver(view, policy, isQuiet, preview, now);
  const [known, notified] = splitKnown(all, view);
  const paging = holdPages(notified, view.pages, policy.maxPagesPerDay, now, view.saidOnce);
  const capped = capOwners(paging.notified, policy.destinations.platform);

  const newlyNotified = capped.notified.flatMap(({ news }) =>
    news.filter(({ record }) => record === null),
  );
  const owners = ownerNotes(
    newlyNotified.map(({ finding }) => finding),
    (finding) => routedOwnerProblem(finding, policy.destinations),
    policy.destinations.platform,
    view.saidOnce,
  );

  const deliveries: Delivery[] = [...paging.notes, ...capped.notes, ...owners.notes];
  const records: NotifiedRecord[] = capped.records.map((record) => ({ ...record, at: now }));
  for (const { receiver, news } of known)
    for (const [conversation, items] of intoConversations(news))
      for (const item of items) records.push(recordOf(receiver, conversation, item, now));
  for (const receiverNews of capped.notified) {
    for (const [conversation, news] of intoConversations(receiverNews.news)) {
      deliveries.push(findingsDelivery(receiverNews, conversation, news, view, now));
      for (const item of news)
        records.push(recordOf(receiverNews.receiver, conversation, item, now));
    }
  }
  deliveries.push(...machineDeliveries(view, policy.machines, isQuiet, now));
  return {
    at: now,
    deliveries: deliveries.map((delivery) => ({ ...delivery, createdAt: now })),
    records,
    pages: paging.pages,
    saidOnce: [...paging.saidOnce, ...owners.saidOnce],
  };
}

/** Says of a finding whether silences, maintenance or another finding keep it quiet. */
export function quietOf(
  view: PlanningView,
  policy: Policy,
  now: TimeMs,
): (finding: Finding) => boolean {
  return quietTest([
    silenceRule(view.silences, now),
    maintenanceRule(policy.maintenance, now),
    inhibitionRule(view.findings),
    spokenForRule([...view.findings, ...(view.elsewhere ?? [])]),
  ]);
}

/** Parts what a receiver heard before a backup was restored from what it has not heard yet. */
function splitKnown(
  all: readonly ReceiverNews[],
  { toldUntil }: PlanningView,
): readonly [readonly ReceiverNews[], readonly ReceiverNews[]] {
  if (toldUntil === null) return [[], all];
  const part = (isKnown: boolean) =>
    all
      .map((one) => ({
        ...one,
        news: one.news.filter(({ finding }) => finding.firstSeen <= toldUntil === isKnown),
      }))
      .filter(({ news }) => news.length > 0);
  return [part(true), part(false)];
}

function newsByReceiver(
  view: PlanningView,
  policy: Policy,
  isQuiet: (finding: Finding) => boolean,
  preview: Preview,
  now: TimeMs,
): readonly ReceiverNews[] {
  const eventsOf = groupEvents(view.events);
  const recordsOf = groupRecords(view.records);
  const byReceiver = new Map<string, { receiver: Receiver; audience: Audience; news: News[] }>();
  for (const finding of inOrder(view.findings)) {
    const records = recordsOf.get(finding.id) ?? [];
    const events = eventsOf.get(finding.id) ?? [];
    for (const { route, record, current } of routesWithRecords(finding, records, policy, preview)) {
      const reason = noticeReason(finding, record, events, now, policy.reminders);
      if (reason === null) continue;
      // What merely calms an old message passes silences; a receiver without a route any more gets only that.
      const calms = reason === 'resolved' || reason === 'acknowledged' || reason === 'accepted';
      if (!calms && (!current || isQuiet(finding))) continue;
      if (route.audience === 'pager' && (reason === 'reminder' || reason === 'better')) continue;
      const key = receiverKey(route.receiver);
      const { audience, receiver, insteadOf } = route;
      const entry = byReceiver.get(key) ?? { receiver, audience, news: [] };
      entry.news.push({ finding, audience: entry.audience, insteadOf, reason, record, events });
      byReceiver.set(key, entry);
    }
  }
  return [...byReceiver.values()];
}

interface RouteWithRecord {
  readonly route: Route;
  readonly record: NotifiedRecord | null;
  /** False for a receiver that got a message before and has no route today. */
  readonly current: boolean;
}

function routesWithRecords(
  finding: Finding,
  records: readonly NotifiedRecord[],
  policy: Policy,
  preview: Preview,
): readonly RouteWithRecord[] {
  const routes = new Map<string, RouteWithRecord>();
  for (const route of previewRoutes(finding, routesOf(finding, policy.destinations), preview)) {
    const key = receiverKey(route.receiver);
    if (!routes.has(key)) routes.set(key, { route, record: null, current: true });
  }
  for (const record of records) {
    const key = receiverKey(record.receiver);
    const known = routes.get(key);
    const { receiver } = record;
    const route = known?.route ?? { audience: 'platform', receiver, insteadOf: null };
    routes.set(key, { route, record, current: known !== undefined });
  }
  return [...routes.values()];
}

function recordOf(
  receiver: Receiver,
  conversation: string,
  { finding, reason }: News,
  at: TimeMs,
): NotifiedRecord {
  const { id: findingId, state, severity } = finding;
  return { receiver, findingId, conversation, state, severity, reason, at };
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) => mostSevereFirst(a, b) || a.firstSeen - b.firstSeen || (a.id < b.id ? -1 : 1),
  );
}

function groupEvents(events: readonly RecordedEvent[]): ReadonlyMap<string, RecordedEvent[]> {
  return Map.groupBy(events, ({ event }) => event.finding.id);
}

function groupRecords(records: readonly NotifiedRecord[]): ReadonlyMap<string, NotifiedRecord[]> {
  return Map.groupBy(records, ({ findingId }) => findingId);
}
