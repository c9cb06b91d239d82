import { expect, test } from 'vitest';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import type { AuditEntry } from '../../store/auditLog.ts';
import { openAuditLog } from '../openHistory.ts';

const ENTRY: AuditEntry = {
  at: Date.UTC(2026, 10, 24),
  who: 'ana',
  via: 'api',
  action: 'silence.add',
  subject: 'silence-1',
  namespace: 'shop',
  detail: { reason: `load test'); DROP TABLE ops_audit; --`, hours: 24 },
};

test('changes are appended beside the writer and read latest first, page by page', async () => {
  using temp = new TempHistory();
  const writer = await temp.openWriter();
  const log = await openAuditLog(temp.path());
  for (const subject of ['silence-1', 'finding-1', 'silence-1']) {
    await log.append({ ...ENTRY, subject });
  }
  const all = { before: null, subject: null, limit: 2 };
  const latest = await log.list(all);
  expect(latest.map(({ seq }) => seq)).toEqual([3, 2]);
  expect(await log.list({ ...all, before: 2 })).toEqual([{ ...ENTRY, seq: 1 }]);
  expect(await log.list({ ...all, subject: 'finding-1' })).toHaveLength(1);
  await log.close();
  await writer.close();
});
