import type { TimeMs } from '../model/time.ts';
import type { AuditEntry } from '../store/auditLog.ts';
import type { Party, Response } from '../store/responses.ts';

/** The daemon, as the one who executes. */
export const DAEMON: Party = { who: 'burnwatch', via: 'daemon', from: '', person: null };

/** The audit entry of something that happened to a response: who, when, from where, what. */
export function auditOf(
  response: Pick<Response, 'id' | 'findingId' | 'namespace' | 'action' | 'workload'>,
  what: string,
  party: Party,
  at: TimeMs,
  detail: AuditEntry['detail'] = {},
): AuditEntry {
  const { who, via, from, person } = party;
  const { id, findingId, namespace, action, workload } = response;
  const about = workload === null ? null : `${workload.kind}/${workload.name}`;
  return {
    at,
    who,
    via,
    action: `response.${what}`,
    subject: id,
    namespace,
    detail: {
      result: 'done',
      response: action,
      finding: findingId,
      workload: about,
      person,
      from,
      ...detail,
    },
  };
}
