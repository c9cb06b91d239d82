import { z } from 'zod';
import { comparedReportSchema, COST_SORTS } from '../../cost/report/compareCosts.ts';
import { costFilters, costQuery, costSpan } from './costQuery.ts';
import { csvAnswer, defineRoute } from './route.ts';

/** The question of the explorer, in the address of the page and of the call. */
export const exploreQuery = z.strictObject({
  ...costQuery,
  filter: costFilters,
  shared: z.enum(['spread', 'show']).default('spread'),
  sort: z.enum(COST_SORTS).default('cost'),
  order: z.enum(['asc', 'desc']).default('desc'),
});

export const getExplore = defineRoute({
  method: 'get',
  path: '/explore',
  scope: 'read',
  summary: 'What was spent, beside the period before, filtered and sorted',
  query: exploreQuery,
  response: comparedReportSchema,
  hasCsv: true,
  async handle({ namespaces, query }, deps) {
    const { by, idle, shared, sort, order, format } = query;
    const asked = { by, where: query.filter, idle, overheads: shared, sort, order, namespaces };
    const text = await deps.questions.explore({ ...costSpan(query, deps), ...asked, format });
    return format === 'json' ? { text } : csvAnswer(text, 'costs.csv');
  },
});
