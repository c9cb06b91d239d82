import type { Receiver } from '../../store/notifications/receiver.ts';
import type { Finding } from '../../model/finding.ts';
import type { Audience, NoticeReason } from '../../store/notifications/notice.ts';
import type { NotifiedRecord, RecordedEvent } from '../../store/notifications/deliveryStore.ts';

/** One finding that a receiver gets now. */
export interface News {
  readonly finding: Finding;
  readonly audience: Audience;
  /** In the preview: who would have got it. Null outside. */
  readonly insteadOf: string | null;
  readonly reason: NoticeReason;
  readonly record: NotifiedRecord | null;
  readonly events: readonly RecordedEvent[];
}

/** More conversations than this for one receiver at once become one. */
const MAX_AT_ONCE = 5;

/**
 * Puts one receiver's news into conversations: what was sent before goes on in its own message, new
 * findings of one namespace and kind share one, then those of one cause (rule), and a storm becomes a
 * single message. What was open before the receiver could be reached is one announcement. Critical
 * findings keep a message of their own, with its chart and buttons, unless there is a storm.
 */
export function intoConversations(news: readonly News[]): ReadonlyMap<string, readonly News[]> {
  const conversations = new Map<string, readonly News[]>();
  const fresh: News[] = [];
  const announced: News[] = [];
  for (const item of news) {
    if (item.record !== null) append(conversations, item.record.conversation, item);
    else if (item.reason === 'already-open') announced.push(item);
    else fresh.push(item);
  }
  const urgent = announced.filter(({ finding }) => finding.severity === 'critical');
  const alone = urgent.length > MAX_AT_ONCE ? [] : urgent;
  for (const item of alone) put(conversations, 'announcement', [item]);
  const together = announced.filter((item) => !alone.includes(item));
  if (together.length > 0) put(conversations, 'announcement', together);
  const groups = groupFresh(fresh);
  if (groups.size > MAX_AT_ONCE) put(conversations, 'storm', fresh);
  else for (const [name, items] of groups) put(conversations, name, items);
  return conversations;
}

function groupFresh(fresh: readonly News[]): ReadonlyMap<string, readonly News[]> {
  const byPlace = groupBy(fresh, ({ finding }) =>
    finding.severity === 'critical'
      ? `finding/${finding.id}`
      : `${finding.scope.namespace ?? ''}/${finding.kind}`,
  );
  if (byPlace.size <= MAX_AT_ONCE) return byPlace;
  return groupBy(fresh, ({ finding }) => `cause/${finding.kind}/${finding.rule}`);
}

/**
 * A conversation is named after the finding, or after the group and its first finding, so that the
 * same news always makes the same name.
 */
function put(into: Map<string, readonly News[]>, name: string, items: readonly News[]): void {
  const [first] = items;
  if (first === undefined) return;
  const id = first.finding.id;
  into.set(items.length === 1 ? `finding/${id}` : `${name}/${items.length}/${id}`, items);
}

function append(into: Map<string, readonly News[]>, name: string, item: News): void {
  into.set(name, [...(into.get(name) ?? []), item]);
}

function groupBy(
  items: readonly News[],
  keyOf: (item: News) => string,
): ReadonlyMap<string, readonly News[]> {
  const groups = new Map<string, readonly News[]>();
  for (const item of items) append(groups, keyOf(item), item);
  return groups;
}

/** One receiver and everything it gets now. */
export interface ReceiverNews {
  readonly receiver: Receiver;
  readonly audience: Audience;
  readonly news: readonly News[];
}
