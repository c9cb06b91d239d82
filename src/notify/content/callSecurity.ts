import type { Finding } from '../../model/finding.ts';
import type { FindingsNotice } from '../../store/notifications/notice.ts';

/** What is said first, and why. */
export interface Advice {
  readonly lead: string;
  readonly why: string;
}

/**
 * Whether to call security: the first question of whoever was woken. Null where it is no question.
 *
 * @param reader whom it is said to; `page` is anybody who looks
 */
export function callSecurity(
  { kind, severity, state }: Finding,
  reader: FindingsNotice['audience'] | 'page',
): Advice | null {
  if (kind !== 'cryptojacking' || state === 'resolved' || state === 'accepted') return null;
  if (severity !== 'critical')
    return {
      lead: 'No need to call security yet',
      why: 'unconfirmed: check the process first.',
    };
  switch (reader) {
    case 'owner':
      return {
        lead: 'Security was notified',
        why: 'do not delete anything, the pods are evidence.',
      };
    case 'security':
      return {
        lead: 'Treat as an incident',
        why: 'an attacker may control this workload. Do not delete anything yet.',
      };
    case 'page':
    case 'pager':
    case 'platform':
      break;
  }
  return {
    lead: 'Call security now',
    why: 'an attacker may control this workload. Do not delete anything yet.',
  };
}
