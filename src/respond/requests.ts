import { randomBytes } from 'node:crypto';
import { MAX_REASON_LENGTH } from '../detect/findings/decideFinding.ts';
import type { Finding } from '../model/finding.ts';
import { cleanText } from '../model/text/clean.ts';
import type { TimeMs } from '../model/time.ts';
import type { AuditLog } from '../store/auditLog.ts';
import {
  OPEN_STATES,
  RUNNING_STATES,
  type Party,
  type Response,
  type ResponseQuery,
  type ResponseStore,
} from '../store/responses.ts';
import { APPROVAL_MS } from './config.ts';
import type { ResponseTarget } from './facts.ts';
import {
  approvalsNeeded,
  requireAllowed,
  withApproval,
  wrongState,
  type ResponsePolicy,
} from './lifecycle.ts';
import { makePlan } from './makePlan.ts';
import { isSameParty, partyOf, requesterOf, type Identity } from './people.ts';
import { auditOf } from './record.ts';
import { ResponseRefused } from './refusals.ts';
import type { ResponseCluster } from './responseCluster.ts';

/** Plans that wait for approval at once: a list that people still read. */
const MAX_PLANS = 50;
/** A change that another process won is tried again on what is there then. */
const ATTEMPTS = 3;

export interface RequestParts {
  policy(): ResponsePolicy;
  readonly store: ResponseStore;
  readonly audit: Pick<AuditLog, 'append' | 'list'>;
  now(): TimeMs;
  /** Is called after every change: messages are sent, the daemon goes on. */
  changed(response: Response): Promise<void>;
}

export interface PlanParts extends RequestParts {
  /** @throws ApiFailure */
  connect(): Promise<ResponseCluster>;
}

export interface PlanRequest extends ResponseTarget {
  readonly reason: string;
}

/** Plans a response and keeps it until it is approved or expires. @throws ResponseRefused */
export async function requestPlan(
  { reason, ...target }: PlanRequest,
  identity: Identity,
  parts: PlanParts,
): Promise<Response> {
  const { finding, action, select } = target;
  const policy = parts.policy();
  const requestedBy = requesterOf(identity, policy.approvers);
  const id = randomBytes(5).toString('hex');
  const { workload } = finding.scope;
  const namespace = finding.scope.namespace ?? '';
  const head = { id, findingId: finding.id, action, select, namespace, workload };
  return audited(head, 'plan', requestedBy, parts, async () => {
    requireAllowed(namespace, policy);
    requireOpen(finding, policy);
    await requireFree(head, parts);
    const plan = await planNow(id, target, parts);
    const plannedAt = parts.now();
    const response: Response = {
      ...head,
      version: 1,
      state: 'planned',
      requestedBy,
      reason: cleanText(reason).slice(0, MAX_REASON_LENGTH),
      plannedAt,
      expiresAt: plannedAt + APPROVAL_MS,
      plan,
      approvals: [],
      steps: plan.operations.map(() => 'waiting'),
      executedAt: null,
      verifiedAt: null,
      undoAfterMs: policy.undoAfter,
      undoAt: null,
      undoneBy: null,
      endedAt: null,
      failure: null,
      notes: [],
      lease: null,
    };
    const detail = { hash: plan.hash, reason: response.reason, approvals: approvalsNeeded(action) };
    await parts.store.add(response, auditOf(response, 'plan', requestedBy, plannedAt, detail));
    return response;
  });
}

function requireOpen({ id, state, cluster }: Finding, policy: ResponsePolicy): void {
  if (state === 'resolved')
    throw new ResponseRefused('not-applicable', `Finding ${id} is already resolved`);
  if (cluster !== policy.cluster)
    throw new ResponseRefused(
      'not-applicable',
      `Finding ${id} is of cluster ${cluster}, and responses are for ${policy.cluster}`,
    );
}

async function requireFree(
  { namespace, workload }: Pick<Response, 'namespace' | 'workload'>,
  { store }: Pick<RequestParts, 'store'>,
): Promise<void> {
  const all = { namespaces: null, findingId: null };
  const plans = await store.list({ ...all, states: ['planned'], limit: MAX_PLANS });
  if (plans.length === MAX_PLANS)
    throw new ResponseRefused(
      'not-applicable',
      `${MAX_PLANS} plans wait for approval: take some back first`,
    );
  if (workload === null) return;
  const { kind, name } = workload;
  const query = { ...all, states: RUNNING_STATES, namespaces: [namespace], limit: 100 };
  const running = (await store.list(query)).find(
    (one) => one.workload?.kind === kind && one.workload.name === name,
  );
  if (running !== undefined) throw alreadyRunning(running.id);
}

function alreadyRunning(other = ''): ResponseRefused {
  return new ResponseRefused(
    'already-running',
    `Another response ${other} is running for the workload: wait for it, then ask again`,
  );
}

async function planNow(id: string, target: ResponseTarget, parts: PlanParts) {
  const cluster = await parts.connect();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await makePlan(id, target, cluster);
      } catch (error) {
        // A controller wrote between the reading and the dry run: both are done again.
        const isChanged = error instanceof ResponseRefused && error.code === 'object-changed';
        if (!isChanged || attempt >= ATTEMPTS) throw error;
      }
    }
  } finally {
    cluster.close();
  }
}

/**
 * Approves a plan.
 *
 * @param hash of the plan that the person saw; null for the one that stands
 * @throws ResponseRefused
 */
export async function approve(
  id: string,
  hash: string | null,
  identity: Identity,
  parts: RequestParts,
): Promise<Response> {
  return changed(id, 'approve', identity, parts, (response, party, now) => {
    requireAllowed(response.namespace, parts.policy());
    return withApproval(response, party, hash ?? response.plan.hash, now);
  });
}

/** Takes back a plan that is not executed yet, or has what was done undone. @throws ResponseRefused */
export async function undo(id: string, identity: Identity, parts: RequestParts): Promise<Response> {
  return changed(id, 'undo', identity, parts, (response, party, now) => {
    const { state, requestedBy, action, plan } = response;
    const isPlan = state === 'planned' || state === 'approved';
    if (party.person === null && !(isPlan && isSameParty(party, requestedBy)))
      throw new ResponseRefused(
        'approver-not-allowed',
        `${party.who} is none of response.approvers: nothing was undone`,
      );
    const version = response.version + 1;
    if (isPlan) return { ...response, version, state: 'withdrawn', undoneBy: party, endedAt: now };
    if (state !== 'verified' || action === 'evidence')
      throw wrongState(response, 'has nothing to undo');
    if (plan.irreversible !== null) throw new ResponseRefused('not-applicable', plan.irreversible);
    return { ...response, version, state: 'undoing', undoneBy: party, lease: null };
  });
}

/** Makes a change on the newest version, and records who asked for it, also where it is refused. */
async function changed(
  id: string,
  what: string,
  identity: Identity,
  parts: RequestParts,
  change: (response: Response, party: Party, now: TimeMs) => Response,
): Promise<Response> {
  const party = partyOf(identity, parts.policy().approvers);
  const response = await parts.store.get(id);
  if (response === null) throw new ResponseRefused('not-found', `There is no response ${id}`);
  return audited(response, what, party, parts, async () => {
    let current: Response | null = response;
    for (let attempt = 1; current !== null && attempt <= ATTEMPTS; attempt += 1) {
      const now = parts.now();
      const next = change(current, party, now);
      const detail = { state: next.state, hash: next.plan.hash };
      const done = await parts.store.change(next, auditOf(next, what, party, now, detail));
      if (done === 'done') return next;
      if (done === 'busy') throw alreadyRunning();
      current = await parts.store.get(id);
    }
    throw wrongState(response, 'was changed by another request at the same time');
  });
}

/** Does the work; a refusal is recorded and passed on. */
async function audited(
  head: Parameters<typeof auditOf>[0],
  what: string,
  party: Party,
  parts: RequestParts,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await work();
    await parts.changed(response);
    return response;
  } catch (error) {
    if (error instanceof ResponseRefused) {
      const detail = { result: 'refused', code: error.code, message: error.message };
      await parts.audit.append(auditOf(head, what, party, parts.now(), detail));
    }
    throw error;
  }
}

/** Responses, newest first: those that are not over, or all. */
export function listResponses(
  { isOpen, ...query }: Omit<ResponseQuery, 'states'> & { readonly isOpen: boolean },
  { store }: Pick<RequestParts, 'store'>,
): Promise<readonly Response[]> {
  return store.list({ ...query, states: isOpen ? OPEN_STATES : null });
}
