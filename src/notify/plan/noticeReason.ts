import { SEVERITY_RANK } from '../../detect/findings/severity.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { NoticeReason } from '../../store/notifications/notice.ts';
import type { NotifiedRecord, RecordedEvent } from '../../store/notifications/deliveryStore.ts';

/** The time between reminders of an open, unacknowledged finding, by severity; null: no reminders. */
export type ReminderIntervals = Readonly<Record<Severity, number | null>>;

/**
 * The named reason for telling a receiver of a finding now, or null for none (after Alertmanager's
 * dedup stage). It compares what stands with what the receiver last got, so that whatever was
 * held back in between (a silence, a muted backfill, a crash) sorts itself out.
 *
 * @param events what happened to this finding since the last plan
 */
export function noticeReason(
  finding: Finding,
  record: NotifiedRecord | null,
  events: readonly RecordedEvent[],
  now: TimeMs,
  reminders: ReminderIntervals,
): NoticeReason | null {
  const live = events.filter((event) => !event.suppressed);
  if (record === null) return firstReason(finding, live);
  if (finding.state === 'resolved') return record.state === 'resolved' ? null : 'resolved';
  if (record.state === 'resolved') return 'reopened';
  if (finding.state !== record.state) {
    if (finding.state !== 'open') return finding.state;
    return record.state === 'accepted' ? 'review-due' : 'reopened';
  }
  const change = SEVERITY_RANK[finding.severity] - SEVERITY_RANK[record.severity];
  if (change !== 0) return change > 0 ? 'worse' : 'better';
  const interval = reminders[finding.severity];
  if (finding.state !== 'open' || interval === null) return null;
  return now - record.at >= interval ? 'reminder' : null;
}

function firstReason(finding: Finding, live: readonly RecordedEvent[]): NoticeReason | null {
  const isNews = live.length > 0;
  if (finding.state === 'open') return isNews ? 'new' : 'already-open';
  // Only what mattered at once is worth saying afterwards.
  const mattered = finding.state === 'resolved' && finding.severity === 'critical';
  return isNews && mattered ? 'missed' : null;
}
