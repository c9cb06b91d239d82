import type { Finding } from '../../model/finding.ts';
import type { FindingsNotice } from '../../store/notifications/notice.ts';

/** The first line of a message, and its reason. */
export interface Advice {
  readonly lead: string;
  readonly why: string;
}

/**
 * Whether to call security: the first question of an operator on call. Null where it does not arise.
 *
 * @param reader who reads it; `page` is any visitor of the finding's page
 */
export function callSecurity(
  { kind, severity, state }: Finding,
  reader: FindingsNotice['audience'] | 'page',
): Advice | null {
  if (kind !== 'cryptojacking' || state === 'resolved' || state === 'accepted') return null;
  if (severity !== 'critical')
    return { lead: 'No need to call security yet', why: 'unconfirmed: check the process first.' };
  if (reader === 'owner')
    return { lead: 'Security was notified', why: 'do not delete anything, the pods are evidence.' };
  return {
    lead: reader === 'security' ? 'Treat as an incident' : 'Call security now',
    why: 'an attacker may control this workload. Do not delete anything yet.',
  };
}
