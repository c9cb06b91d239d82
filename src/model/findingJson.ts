import { z } from 'zod';
import {
  FINDING_CAUSES,
  FINDING_KINDS,
  FINDING_STATES,
  SEVERITIES,
  type Finding,
} from './finding.ts';
import { fromNano } from './money.ts';
import { formatTime } from './time.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');
const money = z.number().describe('in the configured currency');

/** A finding as `findings -o json`, the API and the webhooks give it: the contract's form. */
export const findingJsonSchema = z.object({
  id: z.string(),
  fingerprint: z.string(),
  kind: z.enum(FINDING_KINDS),
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  cause: z
    .enum(FINDING_CAUSES)
    .optional()
    .describe('of cryptojacking findings: the explanation that fits best'),
  state: z.enum(FINDING_STATES),
  score: z.number().min(0).max(100),
  cluster: z.string(),
  namespace: z.string().optional(),
  workload: z.object({ kind: z.string(), name: z.string() }).optional(),
  container: z.string().optional(),
  subject: z.string().optional().describe('a node, metric, owner or period the rule is about'),
  pods: z.array(z.string()),
  owner: z.string().optional(),
  startedAt: time.describe('when the behaviour began, in the data’s time'),
  firstSeen: time.describe('when it was recognised: the end of the window'),
  lastSeen: time,
  resolvedAt: time.optional(),
  summary: z.string(),
  costSoFar: money.optional(),
  costPerMonth: money.optional(),
  decision: z
    .object({
      by: z.string(),
      at: time,
      reason: z.string().optional(),
      until: time.optional(),
    })
    .optional(),
  evidence: z.array(
    z.object({
      signal: z.string(),
      family: z.string(),
      value: z.union([z.number(), z.string(), z.null()]),
      threshold: z.union([z.number(), z.string(), z.null()]),
      unit: z.string(),
      weight: z.number(),
      text: z.string(),
    }),
  ),
  next: z.array(
    z.object({
      command: z.string(),
      effect: z.enum(['read', 'contain', 'destroy']),
      why: z.string(),
    }),
  ),
});

export type FindingJson = z.output<typeof findingJsonSchema>;

/** Gives a finding its outside form; what is not known is left out, never invented. */
export function toFindingJson(finding: Finding): FindingJson {
  const { scope, decision } = finding;
  return {
    id: finding.id,
    fingerprint: finding.fingerprint,
    kind: finding.kind,
    rule: finding.rule,
    severity: finding.severity,
    ...(finding.cause !== undefined && { cause: finding.cause }),
    state: finding.state,
    score: finding.score,
    cluster: finding.cluster,
    ...(scope.namespace !== null && { namespace: scope.namespace }),
    ...(scope.workload !== null && { workload: { ...scope.workload } }),
    ...(scope.container !== null && { container: scope.container }),
    ...(scope.subject !== null && { subject: scope.subject }),
    pods: [...finding.pods],
    ...(finding.owner !== null && { owner: finding.owner }),
    startedAt: formatTime(finding.startedAt),
    firstSeen: formatTime(finding.firstSeen),
    lastSeen: formatTime(finding.lastSeen),
    ...(finding.resolvedAt !== null && { resolvedAt: formatTime(finding.resolvedAt) }),
    summary: finding.summary,
    ...(finding.costSoFarNano !== null && { costSoFar: fromNano(finding.costSoFarNano) }),
    ...(finding.costPerMonth !== null && { costPerMonth: finding.costPerMonth }),
    ...(decision !== null && {
      decision: {
        by: decision.by,
        at: formatTime(decision.at),
        ...(decision.reason !== null && { reason: decision.reason }),
        ...(decision.until !== null && { until: formatTime(decision.until) }),
      },
    }),
    evidence: finding.evidence.map((evidence) => ({ ...evidence })),
    next: finding.next.map((step) => ({ ...step })),
  };
}
