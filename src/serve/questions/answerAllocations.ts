import { seriesOnBasis } from '../../cost/report/readCosts.ts';
import { computeAllocations } from '../opencost/computeAllocations.ts';
import type { OpenCostQuery } from '../opencost/parseQuery.ts';
import type { AnswerContext, Whose } from './answerContext.ts';

export interface AllocationsAsk extends Whose {
  readonly query: OpenCostQuery;
}

/** OpenCost's allocation sets, as the text that is sent. */
export async function answerAllocations(
  { query, namespaces }: AllocationsAsk,
  { reader, config }: AnswerContext,
): Promise<string> {
  const { cluster, pricing, schedule } = config();
  const sets = await computeAllocations(
    {
      reader,
      series: (asked) => seriesOnBasis(reader, pricing, asked),
      cluster,
      windowMs: schedule.window,
      namespaces,
    },
    query,
  );
  return JSON.stringify(sets);
}
