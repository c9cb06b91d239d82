import type { SpendOf } from '../cost/report/readSpend.ts';
import type { Finding } from '../model/finding.ts';

/** Whose money a finding is about; null where it is about none, or about that of several clusters. */
export function whoseMoney({ kind, scope: { namespace, subject } }: Finding): SpendOf | null {
  if (kind !== 'budget' && kind !== 'cost-spike') return null;
  if (subject?.endsWith(', all clusters') === true) return null;
  if (namespace !== null) return { namespace };
  const [, owner] = /^(.+) \d{4}-\d\d$/.exec(subject ?? '') ?? [];
  return owner === undefined ? null : { owner };
}
