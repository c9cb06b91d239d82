import { headlineText, ownerHeadlineText } from '../../digest/text/sentences.ts';
import type { Finding } from '../../model/finding.ts';
import type { FindingsNotice, Notice } from '../../store/notifications/notice.ts';
import { cleanText } from '../../model/text/clean.ts';
import { headline } from '../../notify/content/findingContent.ts';
import { strongestEvidence } from '../../notify/content/evidence.ts';
import { truncate } from '../../model/text/format.ts';
import { formatMinute } from '../../model/text/units.ts';

/**
 * A notice as one line of plain text: for the log, for notifications on a phone, and wherever blocks
 * cannot be shown. No markup at all.
 */
export function noticeText(notice: Notice): string {
  switch (notice.kind) {
    case 'findings':
      return findingsText(notice);
    case 'note':
      return cleanText([notice.title, ...notice.lines].join('. '));
    case 'digest':
      return cleanText([headlineText(notice.digest), ...notice.lines].join('. '));
    case 'owner-digest':
      return cleanText(
        [ownerHeadlineText(notice.digest, notice.frame), ...notice.lines].join('. '),
      );
    case 'events':
      return `${notice.events.length} finding events`;
    case 'alerts':
      break;
  }
  return `${notice.findings.length} alerts`;
}

function findingsText(notice: FindingsNotice): string {
  const note = notice.note === null ? '' : ` (${notice.note})`;
  const [first] = notice.findings;
  if (first === undefined) return cleanText(`Nothing is left to say${note}`);
  const text = notice.total === 1 ? oneText(notice, first) : groupText(notice);
  return truncate(cleanText(`${text}${note}`), 1_500);
}

function oneText({ changes }: FindingsNotice, finding: Finding): string {
  const change = changes.find(({ findingId }) => findingId === finding.id);
  const reasons = strongestEvidence(finding, 2).map(({ text }) => text);
  const head = `${headline(finding)} since ${formatMinute(finding.startedAt)}`;
  const why = reasons.length === 0 ? '' : ` Why: ${reasons.join('; ')}.`;
  return `[${change?.reason ?? 'update'}] ${head}: ${finding.summary}.${why}`;
}

function groupText({ findings, total, since, changes }: FindingsNotice): string {
  const open = findings.filter(({ state }) => state !== 'resolved').length;
  const what = since === null ? `${total} findings` : `${total} findings were already open`;
  const when = since === null ? '' : `, open since ${formatMinute(since)} or later`;
  const names = findings.slice(0, 5).map(headline).join('; ');
  const more = total > 5 ? ` and ${total - 5} more` : '';
  const reason = changes[0]?.reason ?? 'update';
  return `[${reason}] ${what}${when} (${open} of those shown open): ${names}${more}`;
}

/** How a notice's findings stand together. */
export function statusOf({ findings }: FindingsNotice): 'firing' | 'acknowledged' | 'resolved' {
  if (findings.some(({ state }) => state === 'open')) return 'firing';
  return findings.some(({ state }) => state === 'acknowledged') ? 'acknowledged' : 'resolved';
}
