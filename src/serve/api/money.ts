import { z } from 'zod';
import { digestJson } from '../../digest/text/digestJson.ts';
import { formatTime } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import { seesAll, visibleNamespaces } from '../security/principal.ts';
import { costQuery, costSpan } from './costQuery.ts';
import { defineRoute, pageOf, pageQuery } from './route.ts';

const money = z.number().describe('in `currency`');
const time = z.iso.datetime();

const budgetSchema = z.object({
  namespace: z.string().optional(),
  owner: z.string().optional(),
  across: z.literal(true).optional().describe('over all clusters'),
  without: z
    .array(z.string())
    .optional()
    .describe('clusters that are not in the figures, since their history cannot be read'),
  month: z.string().describe('2026-11, in UTC'),
  monthly: money,
  spent: money.describe('of the month, as far as it was seen'),
  forecast: z
    .object({
      expected: money,
      low: money,
      high: money,
      spent: money,
      unseen: money.describe('part of `expected` put in for the time before the history began'),
    })
    .nullable()
    .describe('with its 80 % interval; null with less than three whole days of history'),
});

export const getBudgets = defineRoute({
  method: 'get',
  path: '/budgets',
  scope: 'read',
  summary: 'Budgets of this month: spent, and what the month will come to',
  response: z.object({ currency: z.string(), budgets: z.array(budgetSchema) }),
  async handle({ context }, deps) {
    const namespaces = visibleNamespaces(context.var.principal);
    const seesAllClusters = seesAll(context.var.principal, deps.clusters ?? []);
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
  async handle({ context }, deps) {
    const namespaces = visibleNamespaces(context.var.principal);
    const report = await deps.questions.owners({ namespaces });
    if (report === null) throw new HttpProblem(404, 'The history holds nothing yet');
    return { body: report };
  },
});

const nullable = z.number().nullable();

const pricesSchema = z.object({
  currency: z.string(),
  priceBasis: z.enum(['list', 'contracted', 'effective']),
  nodes: z.array(
    z.object({
      node: z.string(),
      instanceType: z.string().nullable(),
      region: z.string().nullable(),
      capacityType: z.string(),
      cpuCores: nullable,
      ramGiB: nullable,
      gpus: nullable,
      hourly: nullable,
      monthly: nullable,
      cpuCoreHour: money,
      ramGiBHour: money,
      gpuHour: money,
      confidence: z.number().min(0).max(1),
      source: z.string(),
      reason: z.string(),
    }),
  ),
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
  unitCosts: z.array(
    z.object({
      name: z.string(),
      per: z.number(),
      unit: z.string(),
      namespaces: z.array(z.string()).describe('whose cost; empty: everything, idle included'),
      units: z.number(),
      cost: money.describe('of the time in which the units were known'),
      unitCost: money.nullable().describe('of `per` units; null without units'),
      previousUnitCost: money.nullable(),
      changeShare: z.number().nullable(),
      coverage: z.number().min(0).max(1).describe('share of the window in which units were known'),
      hours: z.array(z.object({ start: time, units: z.number(), cost: money })),
    }),
  ),
});

export const getUnitCosts = defineRoute({
  method: 'get',
  path: '/unit-costs',
  scope: 'read',
  summary: 'What a request, an order or a million tokens cost, beside the period before',
  query: z.strictObject({ window: costQuery.window, from: costQuery.from, to: costQuery.to }),
  response: unitCostsSchema,
  async handle({ context, query }, deps) {
    const namespaces = visibleNamespaces(context.var.principal);
    const report = await deps.questions.unitCosts({ ...costSpan(query, deps), namespaces });
    return { body: report };
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
  async handle({ context, query }, deps) {
    const { items, headers } = pageOf(context, await deps.reader.digests(), query);
    const body = items.map(({ week, start, end, sentAt, sends }) => ({
      week,
      start: formatTime(start),
      end: formatTime(end),
      sentAt: formatTime(sentAt),
      sends,
    }));
    return { body, headers };
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
  async handle({ context, params: { week }, query }, deps) {
    const { clusters: seen } = context.var.principal;
    const clusters = (deps.clusters ?? []).filter((name) => seen?.has(name) ?? true);
    const digest =
      query.clusters === 'all'
        ? await deps.questions.fleetDigest({ week, clusters })
        : ((await deps.reader.digest(week))?.digest ?? null);
    if (digest === null) throw new HttpProblem(404, 'There is no digest of this week');
    return { body: digestJson(digest) as Readonly<Record<string, unknown>> };
  },
});
