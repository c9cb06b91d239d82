import {
  LONGEST_ACCEPTANCE_MS,
  MAX_REASON_LENGTH,
  REVIEW_MS,
} from '../../detect/findings/acceptance.ts';
import type { AuditEntry } from '../../store/auditLog.ts';
import type { Finding, OperatorAction } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { cleanText } from '../../model/text/clean.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { requireQuieting } from '../security/authority.ts';
import type { Principal } from '../security/principal.ts';

/** What somebody decides about a finding. */
export interface DecisionRequest {
  readonly action: OperatorAction['action'];
  readonly reason: string | null;
  /** When to review what is accepted; null takes the default. */
  readonly until: TimeMs | null;
}

/** Who changes something, and through which door. */
export interface Changer {
  readonly principal: Principal;
  readonly door: Extract<AuditEntry['door'], 'api' | 'page'>;
}

/**
 * Appends a decision and writes it into the audit log. It shows at once; the next window merges it for good.
 *
 * @throws HttpProblem 403 when the principal may not, 409 when the finding is over, 400 without a reason.
 */
export async function decideFinding(
  finding: Finding,
  request: DecisionRequest,
  { principal, door }: Changer,
  deps: Pick<ServeDeps, 'stores' | 'now'>,
): Promise<void> {
  const { action } = request;
  const quiets = action === 'accept' || action === 'not-abuse';
  if (quiets) requireQuieting(principal, finding);
  if (finding.state === 'resolved')
    throw new HttpProblem(409, 'Conflict', 'It is resolved already: there is nothing to decide');
  if (action === 'not-abuse' && finding.kind !== 'cryptojacking')
    throw new HttpProblem(400, 'Bad Request', 'Only a finding about abuse can be no abuse');
  const now = deps.now();
  const reason = cleanText(request.reason ?? '') || null;
  if (quiets && reason === null)
    throw new HttpProblem(400, 'Bad Request', 'A reason is needed, for those who find it later');
  if (reason !== null && reason.length > MAX_REASON_LENGTH)
    throw new HttpProblem(
      400,
      'Bad Request',
      `A reason has at most ${MAX_REASON_LENGTH} characters`,
    );
  const until = quiets ? (request.until ?? now + REVIEW_MS) : null;
  if (until !== null && (until <= now || until > now + LONGEST_ACCEPTANCE_MS))
    throw new HttpProblem(400, 'Bad Request', 'The day of review must lie within the next year');
  const decision = { by: principal.name, at: now, reason, until };
  await deps.stores.actions.append({ findingId: finding.id, action, decision });
  await deps.stores.audit.append({
    at: now,
    who: principal.name,
    door,
    action: `finding.${action}`,
    subject: finding.id,
    namespace: finding.scope.namespace,
    detail: { reason, until },
  });
}
