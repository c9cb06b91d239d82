import { z } from 'zod';
import { costReportSchema } from '../../cost/report/costReportForm.ts';
import { costQuery, costSpan } from './costQuery.ts';
import { csvAnswer, defineRoute } from './route.ts';

export const getCosts = defineRoute({
  method: 'get',
  path: '/costs',
  scope: 'read',
  summary: 'What was spent, by namespace, workload, owner, node or label',
  query: z.strictObject(costQuery),
  response: costReportSchema,
  hasCsv: true,
  async handle({ namespaces, query }, deps) {
    const { by, idle, format } = query;
    const span = costSpan(query, deps);
    const text = await deps.questions.costReport({ ...span, by, idle, format, namespaces });
    return format === 'json' ? { text } : csvAnswer(text, 'costs.csv');
  },
});
