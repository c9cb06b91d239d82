import type { TimeMs } from '../model/time.ts';
import type { AuditEntry, AuditLog, StoredAuditEntry } from '../store/auditLog.ts';
import type { Party, Response } from '../store/responses.ts';
import { partyName } from './people.ts';

/** Of a response's actions in the audit log. */
const PREFIX = 'response.';

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
    action: `${PREFIX}${what}`,
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

/** What happened to a response once: an entry of its audit trail. */
export interface TrailEntry extends Pick<AuditEntry, 'at' | 'via'> {
  /** The person and how they were recognised. */
  readonly by: string;
  readonly from: string;
  /** Such as `plan`, `approve`, `step.done`. */
  readonly what: string;
  /** Why it was refused or failed, as one of `REFUSALS`; null where it was done. */
  readonly code: string | null;
  readonly text: string;
}

/** Far more than one response has: a quarantine of a hundred pods writes 400. */
const MAX_TRAIL = 2_000;

/** The audit trail of a response, oldest first, refused requests included. */
export async function trailOf(
  id: string,
  audit: Pick<AuditLog, 'list'>,
): Promise<readonly TrailEntry[]> {
  const entries = await audit.list({ before: null, subject: id, limit: MAX_TRAIL });
  return entries
    .filter(({ action }) => action.startsWith(PREFIX))
    .map(trailEntry)
    .toReversed();
}

function trailEntry({ at, who, via, action, detail }: StoredAuditEntry): TrailEntry {
  const { person, from, code, message, text, reason, items, incomplete } = detail;
  const evidence = items === undefined ? undefined : `${items} items, ${incomplete} incomplete`;
  return {
    at,
    by: partyName({ who, person: typeof person === 'string' ? person : null }),
    via,
    from: String(from ?? ''),
    what: action.slice(PREFIX.length),
    code: typeof code === 'string' ? code : null,
    text: String(message ?? text ?? evidence ?? reason ?? ''),
  };
}
