import { z } from 'zod';
import { visibleNamespaces } from '../security/principal.ts';
import { costQuery, costSpan } from './costQuery.ts';
import { csvAnswer, defineRoute } from './route.ts';

const money = z.number().describe('in `currency`');
const hours = z.number().min(0);
const share = z.number().min(0).max(1);

export const costReportSchema = z.object({
  cluster: z.string(),
  currency: z.string(),
  window: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  by: z.string(),
  coverage: z.number().min(0).max(1),
  rows: z.array(
    z.object({
      key: z.string(),
      parts: z.array(z.string()).optional(),
      namespace: z.string().optional(),
      workload: z.object({ kind: z.string(), name: z.string() }).optional(),
      owner: z.string().optional(),
      node: z.string().optional(),
      pod: z.string().optional(),
      container: z.string().optional(),
      image: z.string().optional(),
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
      coverage: share,
      coverageBy: z.object({
        cpu: share,
        memory: share,
        requests: share,
        network: share,
        disk: share,
        price: share,
      }),
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
  query: z.strictObject(costQuery),
  response: costReportSchema,
  hasCsv: true,
  async handle({ context, query }, deps) {
    const { by, idle, format } = query;
    const namespaces = visibleNamespaces(context.var.principal);
    const span = costSpan(query, deps);
    const text = await deps.questions.costReport({ ...span, by, idle, format, namespaces });
    return format === 'json' ? { text } : csvAnswer(text, 'costs.csv');
  },
});
