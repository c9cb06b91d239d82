import { z } from 'zod';
import type { CostDimension } from '../../store/costTable.ts';
import { parsePeriod, parseTime } from '../../model/period.ts';
import { DAY_MS, type Window } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { defineRoute } from './route.ts';

/** The longest span that one call may ask for. */
const MAX_SPAN_MS = 400 * DAY_MS;

const DIMENSIONS = new Set(['namespace', 'workload', 'owner', 'node', 'pod', 'container']);

const dimensions = z
  .string()
  .default('namespace')
  .transform((text, context) => {
    const parts = text.split(',').map((part) => part.trim());
    const bad = parts.find((part) => !DIMENSIONS.has(part) && !/^label:.+$/.test(part));
    if (bad === undefined) return parts as CostDimension[];
    context.addIssue({
      code: 'custom',
      message: `"${bad}" is no dimension: use ${[...DIMENSIONS].join(', ')} or label:KEY`,
    });
    return z.NEVER;
  });

const money = z.number().describe('in `currency`');
const hours = z.number().min(0);

const costReportSchema = z.object({
  cluster: z.string(),
  currency: z.string(),
  window: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  by: z.string(),
  coverage: z.number().min(0).max(1),
  rows: z.array(
    z.object({
      key: z.string(),
      namespace: z.string().optional(),
      workload: z.object({ kind: z.string(), name: z.string() }).optional(),
      owner: z.string().optional(),
      node: z.string().optional(),
      pod: z.string().optional(),
      container: z.string().optional(),
      cpuCoreHours: hours,
      ramGiBHours: hours,
      gpuHours: hours,
      cpuCost: money,
      ramCost: money,
      gpuCost: money,
      storageCost: money,
      networkCost: money,
      loadBalancerCost: money,
      sharedCost: money,
      totalCost: money,
      cpuEfficiency: z.number(),
      ramEfficiency: z.number(),
      gpuEfficiency: z.number().optional(),
      efficiency: z.number(),
      coverage: z.number().min(0).max(1),
      priceConfidence: z.number().min(0).max(1),
    }),
  ),
  idle: z.object({ cpuCost: money, ramCost: money, gpuCost: money, totalCost: money }),
  nodesCost: money,
  totalCost: money,
  priceBasis: z.enum(['list', 'contracted', 'effective']),
  provisional: z.boolean(),
  unreconciledCost: money.optional(),
  idleByNode: z
    .array(
      z.object({
        node: z.string(),
        cpuCost: money,
        ramCost: money,
        gpuCost: money,
        totalCost: money,
        nodeCost: money,
      }),
    )
    .optional(),
});

export const getCosts = defineRoute({
  method: 'get',
  path: '/costs',
  scope: 'read',
  summary: 'What was spent, by namespace, workload, owner, node or label',
  query: z.strictObject({
    window: z.string().optional().describe('24h, 7d, today, lastweek, month, START,END …'),
    from: z.string().optional().describe('RFC 3339'),
    to: z.string().optional().describe('RFC 3339'),
    by: dimensions,
    idle: z.enum(['separate', 'share']).default('separate'),
    format: z.enum(['json', 'csv']).default('json'),
  }),
  response: costReportSchema,
  hasCsv: true,
  async handle({ context, query }, deps) {
    const config = deps.config();
    const span = spanOf(query, deps.now(), config.schedule.timezone);
    if (span.end - span.start > MAX_SPAN_MS)
      throw new HttpProblem(400, 'At most 400 days can be asked for at once');
    const { by, idle, format } = query;
    const namespaces = visibleNamespaces(context.var.principal);
    const asked = { from: span.start, to: span.end, by, idle, format, namespaces };
    const text = await deps.questions.costReport(asked);
    if (format === 'json') return { text };
    const headers = { 'content-disposition': 'attachment; filename="costs.csv"' };
    return { text, type: 'text/csv; charset=utf-8', headers };
  },
});

function spanOf(
  query: {
    readonly window?: string | undefined;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  },
  now: number,
  timezone: string,
): Window {
  if (query.from === undefined && query.to === undefined) {
    try {
      return parsePeriod(query.window ?? '7d', now, timezone);
    } catch (error) {
      throw new HttpProblem(400, `window: ${(error as RangeError).message}`);
    }
  }
  if (query.window !== undefined) throw new HttpProblem(400, 'Give either window, or from and to');
  const start = parseTime(query.from ?? '');
  const end = query.to === undefined ? now : parseTime(query.to);
  if (start === null || end === null || start >= end)
    throw new HttpProblem(400, 'from and to must be RFC 3339 times in order');
  return { start, end };
}
