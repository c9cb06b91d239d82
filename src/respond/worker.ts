import { ApiFailure } from '../collect/kubernetes/api/apiFailure.ts';
import { labelSelector, type RawSelector } from '../collect/kubernetes/objects/selector.ts';
import type { Finding } from '../model/finding.ts';
import type { AuditEntry } from '../store/auditLog.ts';
import { OPEN_STATES, type Response, type StepState } from '../store/responses.ts';
import { captureEvidence } from './evidence.ts';
import { isOwned, readFacts } from './facts.ts';
import {
  isExpired,
  isHeld,
  isTooLate,
  isUntouched,
  leaseOf,
  requireApproved,
} from './lifecycle.ts';
import { makePlan, refusalOf } from './makePlan.ts';
import { isSelected, nameIn, objectPath, valueAt } from './objects.ts';
import { apply, look, selectedBy, takeBack } from './operate.ts';
import { auditOf, DAEMON } from './record.ts';
import { ResponseRefused } from './refusals.ts';
import type { PlanParts } from './requests.ts';
import type { ResponseCluster } from './responseCluster.ts';

export interface WorkerParts extends Omit<PlanParts, 'audit'> {
  finding(id: string): Promise<Finding | null>;
  /** Names this process in leases. */
  readonly holder: string;
  /** What went wrong without an end: it is tried again at the next tick. */
  warn(response: Response, error: unknown): void;
}

/** Another process has changed the response: it goes on, not we. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Far more than plans and workloads there can be at once. */
const LIMIT = 10_000;

/**
 * Carries responses on by one round: expires plans, executes what is approved, undoes what is due, and takes up what
 * another process left. Every step is written down before it is made, and each write has a precondition of the API
 * server: after a crash at any instant nothing is made twice.
 */
export async function carryOn(parts: WorkerParts): Promise<void> {
  const query = { states: OPEN_STATES, namespaces: null, findingId: null, limit: LIMIT };
  for (const response of (await parts.store.list(query)).toReversed()) {
    if (!isDue(response, parts)) continue;
    try {
      await carryOnWith(response, parts);
    } catch (error) {
      if (!(error instanceof Overtaken)) parts.warn(response, error);
    }
  }
}

function isDue(response: Response, { now, holder }: WorkerParts): boolean {
  switch (response.state) {
    case 'planned':
      return isExpired(response, now());
    case 'verified':
      return response.undoAt !== null && now() >= response.undoAt;
    default:
      return !isHeld(response, holder, now());
  }
}

async function carryOnWith(response: Response, parts: WorkerParts): Promise<void> {
  switch (response.state) {
    case 'planned':
      return end(response, 'expired', 'expire', parts);
    case 'verified': {
      const next = { state: 'undoing', undoneBy: DAEMON } as const;
      return withCluster(await save(response, next, 'undo', parts), parts, takeAllBack);
    }
    case 'undoing':
      return withCluster(await save(response, {}, null, parts), parts, takeAllBack);
    case 'approved':
      return begin(response, parts);
    default:
      return withCluster(await save(response, {}, null, parts), parts, execute);
  }
}

async function withCluster(
  response: Response,
  parts: WorkerParts,
  work: (response: Response, cluster: ResponseCluster, parts: WorkerParts) => Promise<void>,
): Promise<void> {
  const cluster = await parts.connect();
  try {
    await work(response, cluster, parts);
  } finally {
    cluster.close();
  }
}

async function begin(response: Response, parts: WorkerParts): Promise<void> {
  try {
    requireApproved(response, parts.policy(), parts.now());
  } catch (error) {
    if (!(error instanceof ResponseRefused)) throw error;
    if (error.code === 'expired') return end(response, 'expired', 'expire', parts);
    return fail(response, error, parts);
  }
  const begun = { state: 'executing', executedAt: parts.now() } as const;
  await withCluster(await save(response, begun, 'execute', parts), parts, execute);
}

/** Executes what is approved, or goes on where a process was interrupted. */
async function execute(
  response: Response,
  cluster: ResponseCluster,
  parts: WorkerParts,
): Promise<void> {
  let current = response;
  try {
    if (isTooLate(current, parts.now()))
      throw new ResponseRefused('expired', 'The execution was interrupted for too long');
    requireApproved({ ...current, expiresAt: Infinity }, parts.policy(), parts.now());
    if (isUntouched(current)) current = await prepare(current, cluster, parts);
    for (const [index, operation] of current.plan.operations.entries()) {
      const step = current.steps[index];
      if (step === 'done') continue;
      if (step === 'waiting') current = await saveStep(current, index, 'writing', parts);
      // A step that was begun is looked up first: only one that was not made is made.
      const seen = step === 'waiting' ? 'not-applied' : await look(current.id, operation, cluster);
      if (seen === 'other')
        throw new ResponseRefused('object-changed', `${operation.text}: it was changed meanwhile`);
      if (seen === 'not-applied') await apply(current.id, operation, cluster);
      current = await saveStep(current, index, 'done', parts);
    }
    await verify(current, cluster, parts);
  } catch (error) {
    const reason = error instanceof ApiFailure ? refusalOf(error) : error;
    if (!(reason instanceof ResponseRefused)) throw error;
    // The API server is away: the next tick goes on, until it is too late.
    if (reason.code === 'unreachable') throw error;
    current = (await parts.store.get(current.id)) ?? current;
    if (isUntouched(current)) return fail(current, reason, parts);
    const { code, message } = reason;
    const next = { state: 'undoing', failure: { code, message } } as const;
    await takeAllBack(await save(current, next, 'fail', parts), cluster, parts);
  }
}

/** Captures the evidence, and plans anew: what was approved must still be what would be done. */
async function prepare(
  response: Response,
  cluster: ResponseCluster,
  parts: WorkerParts,
): Promise<Response> {
  const finding = await parts.finding(response.findingId);
  if (finding === null)
    throw new ResponseRefused('not-found', `There is no finding ${response.findingId}`);
  const { id, action, select } = response;
  const { readConnections } = parts.policy();
  const items = await captureEvidence(response, cluster, readConnections, parts.now());
  await parts.store.keepEvidence(id, items);
  const plan = await makePlan(id, { finding, action, select }, cluster);
  if (plan.hash !== response.plan.hash)
    throw new ResponseRefused(
      'object-changed',
      'What is there is not what was planned and approved: plan again',
    );
  const detail = { items: items.length, incomplete: items.filter((one) => one.problem).length };
  return save(response, { plan }, 'evidence', parts, detail);
}

/** Looks whether the action is in force, and that it reaches nothing else. */
async function verify(
  response: Response,
  cluster: ResponseCluster,
  parts: WorkerParts,
): Promise<void> {
  const { id, plan, action, undoAfterMs } = response;
  for (const operation of plan.operations) {
    if ((await look(id, operation, cluster)) !== 'applied')
      throw new ResponseRefused('object-changed', `${operation.text}: it is not in force`);
    if (operation.verb === 'create') await verifySelection(response, operation, cluster, parts);
  }
  const now = parts.now();
  const isFinal = action === 'evidence' || plan.irreversible !== null;
  const undoAt = isFinal || action === 'evict' ? null : now + undoAfterMs;
  const endedAt = isFinal ? now : null;
  const change = { state: 'verified', verifiedAt: now, undoAt, endedAt, lease: null } as const;
  await parts.changed(await save(response, change, 'verify', parts));
}

async function verifySelection(
  response: Response,
  operation: Parameters<typeof selectedBy>[0],
  cluster: ResponseCluster,
  parts: WorkerParts,
): Promise<void> {
  const { namespace, plan, select } = response;
  const others =
    select === 'pods'
      ? (await selectedBy(operation, objectPath('Pod', namespace), cluster)).filter(
          (name) => !plan.pods.includes(name),
        )
      : await othersOfOwner(response, operation.object, cluster, parts);
  if (others.length > 0)
    throw new ResponseRefused(
      'selects-others',
      `The NetworkPolicy also selects ${others.slice(0, 5).join(', ')}`,
    );
}

async function othersOfOwner(
  { findingId, action, select }: Response,
  policy: object,
  cluster: ResponseCluster,
  parts: WorkerParts,
): Promise<readonly string[]> {
  const finding = await parts.finding(findingId);
  if (finding === null) return [];
  const facts = await readFacts({ finding, action, select }, cluster);
  const { workload, controllers, podsOfNamespace } = facts;
  const selector = labelSelector(valueAt(policy, ['spec', 'podSelector']) as RawSelector);
  return podsOfNamespace
    .filter((pod) => isSelected(selector, pod))
    .filter((pod) => workload === null || !isOwned(pod, workload, controllers))
    .map(nameIn);
}

/** Takes back what was done, the last first; what others changed since is left as it is. */
async function takeAllBack(
  response: Response,
  cluster: ResponseCluster,
  parts: WorkerParts,
): Promise<void> {
  let current = response;
  for (const [index, operation] of [...current.plan.operations.entries()].toReversed()) {
    const step = current.steps[index];
    if (step === 'waiting' || step === 'undone' || step === 'left') continue;
    if (step !== 'undoing') current = await saveStep(current, index, 'undoing', parts);
    const left = await takeBack(current.id, operation, cluster);
    if (left !== null) current = { ...current, notes: [...current.notes, left] };
    current = await saveStep(current, index, left === null ? 'undone' : 'left', parts);
  }
  const state = current.failure === null ? 'undone' : 'failed';
  await end(current, state, state, parts);
}

async function fail(
  response: Response,
  { code, message }: ResponseRefused,
  parts: WorkerParts,
): Promise<void> {
  const failed = { ...response, failure: { code, message } };
  await end(failed, 'failed', 'fail', parts);
}

async function end(
  response: Response,
  state: Response['state'],
  what: string,
  parts: WorkerParts,
): Promise<void> {
  const change = { state, endedAt: parts.now(), lease: null };
  await parts.changed(await save(response, change, what, parts));
}

function saveStep(
  response: Response,
  index: number,
  step: StepState,
  parts: WorkerParts,
): Promise<Response> {
  const steps = response.steps.with(index, step);
  const text = response.plan.operations[index]?.text ?? '';
  return save(response, { steps }, `step.${step}`, parts, { text });
}

/** Writes the next version, with its audit entry; a version that another process wrote ends our work on it. */
async function save(
  response: Response,
  change: Partial<Response>,
  what: string | null,
  { store, now, holder }: WorkerParts,
  detail: AuditEntry['detail'] = {},
): Promise<Response> {
  const at = now();
  const version = response.version + 1;
  const next = { ...response, lease: leaseOf(holder, at), ...change, version };
  const { failure, state, plan } = next;
  const isFailure = what === 'fail' || what === 'failed';
  const facts = { ...detail, state, hash: plan.hash, ...(isFailure && { ...failure }) };
  const entry = what === null ? null : auditOf(next, what, DAEMON, at, facts);
  if ((await store.change(next, entry)) !== 'done') throw new Overtaken();
  return next;
}
