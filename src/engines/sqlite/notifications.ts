import type { SentMessage } from '../../store/findingLog.ts';
import type { Db } from './database.ts';

/** Messages that went out about a finding's conversations, oldest first. */
export function readSentMessages(db: Db, findingId: string): readonly SentMessage[] {
  return db
    .prepare(
      `SELECT d.channel AS channel, d.target AS target, d.sent_at AS at
       FROM ops_notified n JOIN ops_deliveries d
         ON d.channel = n.channel AND d.target = n.target AND d.conversation = n.conversation
       WHERE n.finding_id = ? AND d.state = 'sent' AND d.sent_at IS NOT NULL
       ORDER BY d.sent_at LIMIT 200`,
    )
    .all(findingId) as readonly SentMessage[];
}
