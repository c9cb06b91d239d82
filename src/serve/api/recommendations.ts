import { z } from 'zod';
import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import { CONFIDENCES } from '../../detect/rightsize/advice/confidence.ts';
import { formatTime } from '../../model/time.ts';
import { pageQuery, defineRoute } from './route.ts';

const reading = z.number().nullable().describe('null is unknown, or for a proposal: as it is');
export const resources = z.object({
  cpuRequestCores: reading,
  cpuLimitCores: reading,
  ramRequestBytes: reading,
  ramLimitBytes: reading,
});

const recommendationSchema = z.object({
  namespace: z.string(),
  workload: z.object({ kind: z.string(), name: z.string() }),
  container: z.string(),
  confidence: z.enum(CONFIDENCES),
  withheld: z.string().nullable().describe('why nothing is proposed though there are data'),
  days: z.number(),
  coverage: z.number(),
  replicas: z.number(),
  current: resources,
  proposed: resources,
  savingPerMonth: reading.describe('in `currency`; negative where more is needed'),
  risk: z
    .object({ cpu: reading, ram: reading })
    .describe('share of the time in which the proposal would have been exceeded'),
  throttledShare: reading,
  oomKills: reading,
  minReplicas: reading,
  notes: z.array(z.string()),
});

/** When the cluster was as an answer takes it. */
export const clusterAsOf = z.iso
  .datetime()
  .nullable()
  .describe('when objects such as autoscalers were as they count here; null: not recorded yet');

export const listRecommendations = defineRoute({
  method: 'get',
  path: '/recommendations',
  scope: 'read',
  summary: 'What to request instead, the largest saving first',
  query: z.strictObject({
    ...pageQuery,
    namespace: z.string().min(1).max(253).optional(),
    all: z
      .enum(['true', 'false'])
      .default('false')
      .describe('also what fits, and what has too little data'),
  }),
  response: z.object({
    currency: z.string(),
    asOf: clusterAsOf,
    recommendations: z.array(recommendationSchema),
    savingPerMonth: z.number().describe('of all that fits the question, other pages included'),
    patches: z
      .array(
        z.object({
          namespace: z.string(),
          workload: z.object({ kind: z.string(), name: z.string() }),
          patch: z.unknown().describe('for kubectl patch --type strategic; null where none can be'),
        }),
      )
      .describe('one for each workload of this page that changes'),
  }),
  async handle({ namespaces, query }, { config, questions }) {
    const { limit, offset } = query;
    const view = await questions.advice({
      namespaces,
      namespace: query.namespace ?? null,
      workload: null,
      all: query.all === 'true',
      limit,
      offset,
    });
    return {
      total: view.total,
      body: {
        currency: config().pricing.currency,
        asOf: view.asOf === null ? null : formatTime(view.asOf),
        recommendations: view.advices.map(toJson),
        savingPerMonth: view.savingPerMonth,
        patches: view.patches.map(({ namespace, workload, body: patch }) => ({
          namespace,
          workload,
          patch,
        })),
      },
    };
  },
});

function toJson(advice: ContainerAdvice) {
  const { behind, workload, current, proposed, risk, notes } = advice;
  return {
    namespace: advice.namespace,
    workload,
    container: advice.container,
    confidence: behind.confidence,
    withheld: advice.withheld,
    days: behind.days,
    coverage: behind.coverage,
    replicas: advice.replicas,
    current,
    proposed,
    savingPerMonth: advice.savingPerMonth,
    risk: { cpu: risk.cpu, ram: risk.ram },
    throttledShare: advice.throttledShare,
    oomKills: advice.memory?.oomKills ?? null,
    minReplicas: advice.minReplicas,
    notes,
  };
}
