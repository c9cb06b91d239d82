import type { Finding } from '../../../src/model/finding.ts';
import { MINUTE_MS } from '../../../src/model/time.ts';
import type { ClaimedDelivery } from '../../../src/store/notifications/delivery.ts';
import type { FindingsNotice, Notice } from '../../../src/store/notifications/notice.ts';
import { aFinding, anEvent, TEST_NOW } from './findings.ts';

/** A notice about findings, for tests. */
export function aNotice(
  findings: readonly Finding[] = [aFinding()],
  more: Partial<FindingsNotice> = {},
): FindingsNotice {
  return {
    kind: 'findings',
    audience: 'security',
    insteadOf: null,
    changes: findings.map(({ id, summary }) => ({ findingId: id, reason: 'new', text: summary })),
    findings,
    total: findings.length,
    at: TEST_NOW + 3 * MINUTE_MS,
    dataUntil: TEST_NOW,
    since: null,
    note: null,
    ...more,
  };
}

/** A delivery that was just claimed, for tests. */
export function aDelivery(more: Partial<ClaimedDelivery> = {}): ClaimedDelivery {
  return {
    id: 'd0123456789abcdef0123456',
    receiver: { channel: 'slack', target: '#security' },
    conversation: 'finding/abc-123',
    priority: 20,
    notice: aNotice(),
    createdAt: TEST_NOW,
    attempts: 0,
    inDoubt: false,
    root: null,
    ...more,
  };
}

/** The notice that each kind of channel takes. */
export function noticeFor(channel: string, finding: Finding = aFinding()): Notice {
  if (channel === 'alertmanager')
    return { kind: 'alerts', at: TEST_NOW, findings: [finding], sealedUntil: null };
  if (channel.startsWith('siem')) return { kind: 'events', events: [anEvent(finding)] };
  return aNotice([finding]);
}
