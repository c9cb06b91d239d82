import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import { receiverKey } from '../../store/notifications/receiver.ts';
import type { SentPage } from '../../store/notifications/deliveryStore.ts';
import { intoConversations, type ReceiverNews } from './conversations.ts';
import { hashId } from './deliveryId.ts';

/** What is left after the page limit, and the summary that says what was held back. */
export interface Paging {
  readonly notified: readonly ReceiverNews[];
  readonly notes: readonly Delivery[];
  readonly pages: readonly SentPage[];
  /** Keys of the summaries, so that each is sent once. */
  readonly saidOnce: readonly string[];
}

/**
 * Keeps `paging.maxPerDay`: a pager gets at most that many pages in any 24 hours, then it gets one
 * summary. What ends an incident always passes. Held findings stay untold for the pager (security
 * gets them all the same), and page when the day is over if they are still open.
 */
export function holdPages(
  notified: readonly ReceiverNews[],
  before: readonly SentPage[],
  maxPerDay: number,
  now: TimeMs,
  saidOnce: ReadonlySet<string>,
): Paging {
  const out: ReceiverNews[] = [];
  const notes: Delivery[] = [];
  const pages: SentPage[] = [];
  const reported: string[] = [];
  for (const entry of notified) {
    if (entry.audience !== 'pager') {
      out.push(entry);
      continue;
    }
    const { receiver } = entry;
    const key = receiverKey(receiver);
    const recent = before.filter(
      (page) => receiverKey(page.receiver) === key && now - page.at < DAY_MS,
    );
    const calming = entry.news.filter(({ record }) => record !== null);
    const waking = entry.news.filter(({ record }) => record === null);
    const conversations = [...intoConversations(waking).values()];
    const free = Math.max(0, maxPerDay - recent.length);
    const allowed = conversations.slice(0, free);
    const held = conversations.slice(free).flat();
    for (let count = 0; count < allowed.length; count += 1) pages.push({ receiver, at: now });
    const news = [...calming, ...allowed.flat()];
    if (news.length > 0) out.push({ ...entry, news });
    const summaryKey = `pages-held/${key}/${recent[0]?.at ?? now}`;
    if (held.length > 0 && !saidOnce.has(summaryKey)) {
      reported.push(summaryKey);
      notes.push({
        id: hashId([summaryKey, held.map(({ finding }) => finding.id)]),
        receiver,
        conversation: summaryKey,
        priority: 30,
        createdAt: now,
        notice: {
          kind: 'note',
          audience: 'pager',
          title: `${maxPerDay} pages in 24 hours: more critical findings are held back`,
          lines: [
            ...held.slice(0, 10).map(({ finding }) => finding.summary),
            ...(held.length > 10 ? [`and ${held.length - 10} more`] : []),
            'The security channel gets each of them. Raise paging.maxPerDay to be paged more often.',
          ],
        },
      });
    }
  }
  return { notified: out, notes, pages, saidOnce: reported };
}
