import { formatTime, MINUTE_MS, SECOND_MS, type TimeMs } from '../model/time.ts';
import type { Party, Response, ResponseAction } from '../store/responses.ts';
import { APPROVAL_MS, type ResponseConfig } from './config.ts';
import { isSameParty, partyName } from './people.ts';
import { ResponseRefused } from './refusals.ts';

/** Clocks of two machines, or before and after a correction, may differ by this much. */
const SKEW_MS = MINUTE_MS;
/** A process that works on a response renews its lease; after so long without that another takes over. */
const LEASE_MS = 60 * SECOND_MS;

/** Namespaces in which nothing is ever done. */
const ALWAYS_PROTECTED = 'kube-system';

/** What of the installation decides whether a response is allowed. */
export interface ResponsePolicy extends ResponseConfig {
  /** Whose findings the connection to the API server is for. */
  readonly cluster: string;
  /** Burnwatch's own namespace; null outside of a cluster. */
  readonly ownNamespace: string | null;
}

/** Read-only evidence takes one approval, everything else two. */
export function approvalsNeeded(action: ResponseAction): number {
  return action === 'evidence' ? 1 : 2;
}

/** @throws ResponseRefused `not-enabled`, `protected-namespace` */
export function requireAllowed(namespace: string, policy: ResponsePolicy): void {
  if (!policy.enabled)
    throw new ResponseRefused(
      'not-enabled',
      'Responses are off: set response.enabled and response.approvers',
    );
  const isProtected =
    namespace === ALWAYS_PROTECTED ||
    namespace === policy.ownNamespace ||
    policy.protectedNamespaces.includes(namespace);
  if (isProtected)
    throw new ResponseRefused('protected-namespace', `The namespace ${namespace} is protected`);
}

/**
 * The response with one more approval; `approved` once there are enough. The approval is bound to the hash.
 *
 * @param hash of the plan that the person saw
 * @throws ResponseRefused
 */
export function withApproval(
  response: Response,
  party: Party,
  hash: string,
  now: TimeMs,
): Response {
  const { state, action, requestedBy, approvals, plan } = response;
  if (shownState(response, now) === 'expired') throw expired(response, now);
  if (state !== 'planned') throw wrongState(response, 'cannot be approved');
  if (party.person === null)
    throw new ResponseRefused(
      'approver-not-allowed',
      `${party.who} is none of response.approvers: nothing was approved`,
    );
  if (isSameParty(party, requestedBy))
    throw new ResponseRefused(
      'requester-approves',
      `${partyName(party)} asked for this response: another person must approve it`,
    );
  if (approvals.some((one) => isSameParty(one, party)))
    throw new ResponseRefused(
      'same-approver-twice',
      `${party.person} has approved this plan already: another person must approve it, too`,
    );
  if (hash !== plan.hash)
    throw new ResponseRefused(
      'object-changed',
      'The approval is for another plan than the one that stands: look at it again',
    );
  const next = [...approvals, { ...party, at: now, hash }];
  const isEnough = next.length >= approvalsNeeded(action);
  return {
    ...response,
    version: response.version + 1,
    approvals: next,
    state: isEnough ? 'approved' : 'planned',
  };
}

/**
 * Checks once more what was approved, before anything is done: the row may have been changed by hand, and the
 * configuration since.
 *
 * @throws ResponseRefused
 */
export function requireApproved(response: Response, policy: ResponsePolicy, now: TimeMs): void {
  const { namespace, approvals, plan, action, requestedBy } = response;
  requireAllowed(namespace, policy);
  if (isExpired(response, now)) throw expired(response, now);
  const names = new Set(policy.approvers.map(({ name }) => name));
  const people = new Set<string>();
  for (const approval of approvals) {
    const { person, hash } = approval;
    if (person === null || !names.has(person))
      throw new ResponseRefused(
        'approver-not-allowed',
        `${partyName(approval)} is none of response.approvers any more`,
      );
    if (isSameParty(approval, requestedBy))
      throw new ResponseRefused('requester-approves', `${person} asked for this response`);
    if (hash !== plan.hash)
      throw new ResponseRefused('object-changed', `${person} approved another plan`);
    people.add(person);
  }
  if (people.size < approvalsNeeded(action))
    throw new ResponseRefused('same-approver-twice', 'Too few different people approved the plan');
}

/** Also true before the plan was made: a clock that was set back must not make it good for longer. */
export function isExpired({ plannedAt, expiresAt }: Response, now: TimeMs): boolean {
  return now >= expiresAt || now < plannedAt - SKEW_MS;
}

/** What a response looks like from outside: a plan whose time is over is expired, also before the daemon has noticed. */
export function shownState(response: Response, now: TimeMs): Response['state'] {
  const { state } = response;
  const isPlan = state === 'planned' || state === 'approved';
  return isPlan && isExpired(response, now) ? 'expired' : state;
}

function expired({ expiresAt, plannedAt }: Response, now: TimeMs): ResponseRefused {
  const why =
    now < plannedAt
      ? `the clock says ${formatTime(now)}, before the plan was made`
      : `it was good until ${formatTime(expiresAt)}`;
  return new ResponseRefused('expired', `The plan has expired, ${why}: plan again`);
}

export function wrongState({ id, state }: Response, what: string): ResponseRefused {
  return new ResponseRefused('wrong-state', `Response ${id} is ${state}: it ${what}`);
}

/** Nothing that the plan writes was begun. */
export function isUntouched({ steps }: Response): boolean {
  return steps.every((step) => step === 'waiting');
}

/** An execution that was interrupted is finished within this time; later it is undone. */
export function isTooLate({ executedAt }: Response, now: TimeMs): boolean {
  return executedAt !== null && (now > executedAt + APPROVAL_MS || now < executedAt - SKEW_MS);
}

export function leaseOf(holder: string, now: TimeMs): Response['lease'] {
  return { holder, until: now + LEASE_MS };
}

/** Whether another process may be working on it. */
export function isHeld({ lease }: Response, holder: string, now: TimeMs): boolean {
  return lease !== null && lease.holder !== holder && now < lease.until;
}
