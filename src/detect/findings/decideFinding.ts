import type { AuditEntry, AuditLog } from '../../store/auditLog.ts';
import type { OperatorLog } from '../../store/findingLog.ts';
import type { Finding, FindingAction, OperatorAction } from '../../model/finding.ts';
import { cleanText } from '../../model/text/clean.ts';
import { formatScope } from '../../model/text/format.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';

/** What is accepted, or not abuse, is reviewed after this long, unless a day is given. */
export const REVIEW_MS = 30 * DAY_MS;

/** The longest time until a review. */
export const LONGEST_ACCEPTANCE_MS = 366 * DAY_MS;

/** Of a reason, in characters, from the API, a form, a command or a dialog. */
export const MAX_REASON_LENGTH = 500;

/** What an operator decides about a finding. */
export interface DecisionRequest {
  readonly action: FindingAction;
  readonly reason: string | null;
  /** When to review what is accepted; null takes the default. */
  readonly until: TimeMs | null;
}

/** Who makes a change, and from where; `once` names what may arrive twice and must be done once. */
export type Actor = Pick<AuditEntry, 'who' | 'via' | 'once'>;

/** A change that was not made; the message says why. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused';
  readonly code: 'invalid' | 'conflict' | 'not-found';

  constructor(code: ChangeRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Records a decision in the audit log and then appends it: it shows at once, and the next window merges it
 * into the finding. Callers check first whether the actor may decide this.
 *
 * @returns false when the same `once` was recorded before; nothing changes then.
 * @throws ChangeRefused when the finding is resolved, or the request is incomplete.
 */
export async function decideFinding(
  finding: Finding,
  request: DecisionRequest,
  actor: Actor,
  stores: {
    readonly actions: Pick<OperatorLog, 'append'>;
    readonly audit: Pick<AuditLog, 'append'>;
  },
  now: TimeMs,
): Promise<boolean> {
  const { action } = request;
  const decision = { by: actor.who, at: now, ...checkDecision(finding, request, now) };
  const { reason, until } = decision;
  const { kind, scope } = finding;
  // The audit log first: a change that cannot be recorded is not made.
  const seq = await stores.audit.append({
    ...actor,
    at: now,
    action: `finding.${action}`,
    subject: finding.id,
    namespace: scope.namespace,
    detail: { result: 'done', kind, scope: formatScope(finding), reason, until },
  });
  if (seq === null) return false;
  await stores.actions.append({ findingId: finding.id, action, decision });
  return true;
}

function checkDecision(
  { state, kind }: Finding,
  request: DecisionRequest,
  now: TimeMs,
): Pick<OperatorAction['decision'], 'reason' | 'until'> {
  const { action } = request;
  if (state === 'resolved')
    throw new ChangeRefused(
      'conflict',
      'The finding is already resolved: there is nothing to decide',
    );
  if (action === 'not-abuse' && kind !== 'cryptojacking')
    throw new ChangeRefused('invalid', 'Only a finding about abuse can be marked as not abuse');
  const accepts = action === 'accept' || action === 'not-abuse';
  const reason = cleanText(request.reason ?? '') || null;
  if (accepts && reason === null)
    throw new ChangeRefused('invalid', 'A reason is needed, for those who find it later');
  if (reason !== null && reason.length > MAX_REASON_LENGTH)
    throw new ChangeRefused('invalid', `A reason has at most ${MAX_REASON_LENGTH} characters`);
  if (!accepts) return { reason, until: null };
  const until = request.until ?? now + REVIEW_MS;
  if (until <= now || until > now + LONGEST_ACCEPTANCE_MS)
    throw new ChangeRefused('invalid', 'The day of review must lie within the next year');
  return { reason, until };
}
