import { z } from 'zod';
import { savingsActionSchema } from '../../cost/savings/savingsAction.ts';
import { provenJson } from '../../detect/rightsize/applied/renderApplied.ts';
import { formatTime } from '../../model/time.ts';
import { clusterAsOf, resources } from './recommendations.ts';
import { defineRoute } from './route.ts';

const money = z.number().nullable().describe('in `currency`; null is unknown');
const workload = z.object({ kind: z.string(), name: z.string() });
const reading = z.number().nullable();
const beforeAfter = z.object({ before: reading, after: reading });

export const getSavings = defineRoute({
  method: 'get',
  path: '/savings',
  scope: 'read',
  summary: 'What more could be saved, and what came of recommendations that were applied',
  response: z.object({
    currency: z.string(),
    asOf: clusterAsOf,
    actions: z
      .array(savingsActionSchema)
      .describe('beside right-sizing, the largest first; nodes only for who sees every namespace'),
    applied: z
      .array(
        z.object({
          namespace: z.string(),
          workload,
          container: z.string(),
          changedAt: z.iso.datetime(),
          until: z.iso.datetime().describe('followed for up to fourteen days'),
          isOver: z.boolean(),
          before: resources,
          after: resources,
          advised: resources,
          promisedPerMonth: money,
          gotPerMonth: money,
          load: reading.describe('use of CPU after the change, as a multiple of that before'),
          throttledShare: beforeAfter,
          oomKillsPerDay: beforeAfter,
          cpuPressure: beforeAfter.describe('share of the time that tasks waited (PSI)'),
          ramPressure: beforeAfter,
          hurt: z.array(z.string()),
          reverse: z.unknown().describe('for kubectl patch --type strategic; null: nothing hurt'),
        }),
      )
      .describe('in the last four weeks, the latest first'),
  }),
  async handle({ namespaces }, { config, questions }) {
    const { actions, applied, asOf } = await questions.savings({ namespaces });
    return {
      body: {
        currency: config().pricing.currency,
        asOf: asOf === null ? null : formatTime(asOf),
        actions,
        applied: applied.map(provenJson),
      },
    };
  },
});
