import { z } from 'zod';
import type { Given } from '../../model/given.ts';

const money = z.number().describe('in `currency`');
const hours = z.number().min(0);
const share = z.number().min(0).max(1);
const idle = { cpuCost: money, ramCost: money, gpuCost: money, totalCost: money };

/** A cost table as people and scripts get it. The JSON form is fixed (docs/costs.md). */
export const costReportSchema = z.object({
  cluster: z.string(),
  currency: z.string(),
  window: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  by: z.string(),
  /** The share of the time that is sealed and was seen, or the rows' mean coverage where that is lower. */
  coverage: share,
  rows: z.array(
    z.object({
      key: z.string(),
      /** With several dimensions in `by`, one value for each; `__unallocated__` where there is none. */
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
      /** Only where GPU utilisation is known. */
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
      /** How far the prices that its cost rests on can be relied on, weighted by cost. */
      priceConfidence: share,
    }),
  ),
  idle: z.object(idle),
  /** What the nodes cost: the CPU, RAM and GPU of all rows, shared ones included, plus idle. */
  nodesCost: money,
  /** Everything: the rows' totals plus idle. */
  totalCost: money,
  priceBasis: z.enum(['list', 'contracted', 'effective']),
  provisional: z.boolean(),
  /** On the effective basis: what the bills of these days charge beyond what could be put on nodes. */
  unreconciledCost: money.optional(),
  /** Idle by node, negative where the node is overcommitted. Only in costs by node. */
  idleByNode: z.array(z.object({ node: z.string(), ...idle, nodeCost: money })).optional(),
});

export type CostReport = Given<z.output<typeof costReportSchema>>;
export type CostReportRow = CostReport['rows'][number];
export type NodeIdle = NonNullable<CostReport['idleByNode']>[number];
