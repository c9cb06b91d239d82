import { z } from 'zod';
import { budgetStatusSchema } from '../../cost/budgets/readBudgets.ts';
import { nodePriceSchema } from '../../cost/report/pricesReport.ts';
import { unitCostSchema } from '../../cost/unitCosts/readUnitCosts.ts';
import { digestJson } from '../../digest/text/digestJson.ts';
import { formatTime } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import { seesAll, seenOf } from '../security/principal.ts';
import { costQuery, costSpan } from './costQuery.ts';
import { defineRoute, pageOf, pageQuery } from './route.ts';

const money = z.number().describe('in `currency`');
const time = z.iso.datetime();

export const getBudgets = defineRoute({
  method: 'get',
  path: '/budgets',
  scope: 'read',
  summary: 'Budgets of this month: spent, and what the month will come to',
  response: z.object({ currency: z.string(), budgets: z.array(budgetStatusSchema) }),
  async handle({ namespaces, principal }, deps) {
    const seesAllClusters = seesAll(principal, deps.clusters ?? []);
    const budgets = await deps.questions.budgets({ namespaces, seesAllClusters });
    return { body: { currency: deps.config().pricing.currency, budgets } };
  },
});

const ownersSchema = z.object({
  currency: z.string(),
  window: z.object({ start: time, end: time }),
  owners: z.array(
    z.object({
      owner: z.string().nullable().describe('null: what has no owner'),
      totalCost: money,
      previousCost: money,
      change: money.nullable().describe('null where the periods cannot be compared'),
      workloads: z.array(
        z.object({
          namespace: z.string(),
          workload: z.object({ kind: z.string(), name: z.string() }),
          totalCost: money,
        }),
      ),
    }),
  ),
});

export const getOwners = defineRoute({
  method: 'get',
  path: '/owners',
  scope: 'read',
  summary: 'Owners with their workloads and what these cost in seven days, beside the seven before',
  response: ownersSchema,
  async handle({ namespaces }, deps) {
    const report = await deps.questions.owners({ namespaces });
    if (report === null) throw new HttpProblem(404, 'The history holds nothing yet');
    return { body: report };
  },
});

const pricesSchema = z.object({
  currency: z.string(),
  priceBasis: z.enum(['list', 'contracted', 'effective']),
  nodes: z.array(nodePriceSchema),
});

export const getPrices = defineRoute({
  method: 'get',
  path: '/prices',
  scope: 'read',
  isWholeCluster: true,
  summary: 'What each node costs, which source says so, and why',
  response: pricesSchema,
  async handle(_, deps) {
    const { currency, priceBasis, nodes } = await deps.questions.prices({ namespaces: null });
    return { body: { currency, priceBasis, nodes } };
  },
});

const unitCostsSchema = z.object({
  currency: z.string(),
  window: z.object({ start: time, end: time }).describe('in whole hours'),
  unitCosts: z.array(unitCostSchema),
});

export const getUnitCosts = defineRoute({
  method: 'get',
  path: '/unit-costs',
  scope: 'read',
  summary: 'What a request, an order or a million tokens cost, beside the period before',
  query: z.strictObject({ window: costQuery.window, from: costQuery.from, to: costQuery.to }),
  response: unitCostsSchema,
  async handle({ namespaces, query }, deps) {
    return { body: await deps.questions.unitCosts({ ...costSpan(query, deps), namespaces }) };
  },
});

const entrySchema = z.object({
  week: z.string().describe('2026-W47'),
  start: time,
  end: time,
  sentAt: time,
  sends: z.int(),
});

export const listDigests = defineRoute({
  method: 'get',
  path: '/digests',
  scope: 'read',
  isWholeCluster: true,
  summary: 'The weekly digests that were sent, the latest first',
  query: z.strictObject(pageQuery),
  response: z.array(entrySchema),
  async handle({ query }, { reader }) {
    return pageOf(await reader.digests(), query, ({ week, start, end, sentAt, sends }) => ({
      week,
      start: formatTime(start),
      end: formatTime(end),
      sentAt: formatTime(sentAt),
      sends,
    }));
  },
});

export const getDigest = defineRoute({
  method: 'get',
  path: '/digests/{week}',
  scope: 'read',
  isWholeCluster: true,
  summary: 'The digest of a week as it was sent',
  params: z.strictObject({ week: z.string().min(1).max(20) }),
  query: z.strictObject({
    clusters: z
      .literal('all')
      .optional()
      .describe('one digest of all clusters that the token sees'),
  }),
  response: z.record(z.string(), z.unknown()),
  async handle({ principal, params: { week }, query }, deps) {
    const clusters = seenOf(principal, deps.clusters ?? []);
    const digest =
      query.clusters === 'all'
        ? await deps.questions.fleetDigest({ week, clusters })
        : ((await deps.reader.digest(week))?.digest ?? null);
    if (digest === null) throw new HttpProblem(404, 'There is no digest of this week');
    return { body: digestJson(digest) as Readonly<Record<string, unknown>> };
  },
});
