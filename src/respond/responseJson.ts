import { z } from 'zod';
import { formatTime, type TimeMs } from '../model/time.ts';
import {
  RESPONSE_ACTIONS,
  RESPONSE_STATES,
  type EvidenceItem,
  type Response,
} from '../store/responses.ts';
import { approvalsNeeded, shownState } from './lifecycle.ts';
import { partyName } from './people.ts';
import type { TrailEntry } from './record.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');

/** A response as `response list -o json` and the API give it. */
export const responseJsonSchema = z.object({
  id: z.string(),
  state: z.enum(RESPONSE_STATES),
  action: z.enum(RESPONSE_ACTIONS),
  select: z.enum(['pods', 'owner']),
  finding: z.string(),
  namespace: z.string(),
  workload: z.object({ kind: z.string(), name: z.string() }).optional(),
  reason: z.string(),
  requestedBy: z.string(),
  plannedAt: time,
  expiresAt: time.describe('approvals and the start of the execution come before'),
  plan: z.object({
    hash: z.string().describe('approvals are bound to it'),
    pods: z.array(z.string()),
    objects: z.array(
      z.object({
        kind: z.string(),
        namespace: z.string().optional(),
        name: z.string(),
        uid: z.string(),
        version: z.string().describe('resourceVersion; of a node a digest of its spec and labels'),
      }),
    ),
    operations: z.array(z.object({ text: z.string(), state: z.string() })),
    warnings: z.array(z.string()),
    irreversible: z.string().optional().describe('why it cannot be undone'),
  }),
  approvalsNeeded: z.int(),
  approvals: z.array(z.object({ by: z.string(), via: z.string(), at: time, hash: z.string() })),
  executedAt: time.optional(),
  verifiedAt: time.optional(),
  undoAt: time.optional().describe('when it is undone by itself'),
  undoneBy: z.string().optional(),
  endedAt: time.optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  notes: z.array(z.string()).describe('what was not undone, and why'),
});

const trailJsonSchema = z.array(
  z.object({
    at: time,
    by: z.string(),
    via: z.string(),
    from: z.string().describe('an address, a Slack workspace and channel, a host'),
    what: z.string().describe('such as plan, approve, step.done'),
    code: z.string().optional().describe('why it was refused or failed'),
    text: z.string(),
  }),
);

/** One response with its audit trail, as `response show -o json` and the API give it. */
export const wholeResponseJsonSchema = responseJsonSchema.extend({
  audit: trailJsonSchema.describe('every request, also refused ones, and every step; oldest first'),
});

export type ResponseJson = z.output<typeof responseJsonSchema>;

export function toResponseJson(response: Response, now: TimeMs): ResponseJson {
  const { id, action, select, findingId, namespace, workload, reason, plan, steps } = response;
  const { executedAt, verifiedAt, undoAt, undoneBy, endedAt, failure, notes } = response;
  const { hash, pods, targets, operations, warnings, irreversible } = plan;
  return {
    id,
    state: shownState(response, now),
    action,
    select,
    finding: findingId,
    namespace,
    ...(workload !== null && { workload }),
    reason,
    requestedBy: partyName(response.requestedBy),
    plannedAt: formatTime(response.plannedAt),
    expiresAt: formatTime(response.expiresAt),
    plan: {
      hash,
      pods: [...pods],
      objects: targets.map(({ namespace: inside, ...rest }) => ({
        ...rest,
        ...(inside !== null && { namespace: inside }),
      })),
      operations: operations.map(({ text }, index) => ({ text, state: steps[index] ?? '' })),
      warnings: [...warnings],
      ...(irreversible !== null && { irreversible }),
    },
    approvalsNeeded: approvalsNeeded(action),
    approvals: response.approvals.map((approval) => ({
      by: partyName(approval),
      via: approval.via,
      at: formatTime(approval.at),
      hash: approval.hash,
    })),
    ...optional({ executedAt, verifiedAt, undoAt, endedAt }),
    ...(undoneBy !== null && { undoneBy: partyName(undoneBy) }),
    ...(failure !== null && { failure }),
    notes: [...notes],
  };
}

function optional<K extends string>(times: Readonly<Record<K, TimeMs | null>>) {
  const known = Object.entries<TimeMs | null>(times).filter(([, at]) => at !== null);
  return Object.fromEntries(known.map(([name, at]) => [name, formatTime(at ?? 0)])) as Partial<
    Record<K, string>
  >;
}

export function toWholeResponseJson(
  response: Response,
  trail: readonly TrailEntry[],
  now: TimeMs,
): z.output<typeof wholeResponseJsonSchema> {
  const audit = trail.map(({ at, code, ...rest }) => ({
    ...rest,
    at: formatTime(at),
    ...(code !== null && { code }),
  }));
  return { ...toResponseJson(response, now), audit };
}

export const evidenceJsonSchema = z.array(
  z.object({
    name: z.string(),
    capturedAt: time,
    text: z.string(),
    problem: z.string().optional(),
  }),
);

export function toEvidenceJson(
  items: readonly EvidenceItem[],
): z.output<typeof evidenceJsonSchema> {
  return items.map(({ name, capturedAt, text, problem }) => ({
    name,
    capturedAt: formatTime(capturedAt),
    text,
    ...(problem !== null && { problem }),
  }));
}
