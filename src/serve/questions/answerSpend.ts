import { seriesOnBasis } from '../../cost/report/readCosts.ts';
import { ceilTo, DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { AnswerContext } from './answerContext.ts';
import { spendDays, type SpendDays } from './spendDays.ts';

/** Whoever asks must have been let to see the namespace before. */
export interface SpendAsk {
  readonly namespace: string;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** Spend by steps of one length, only whole ones. */
export interface SpendSteps extends SpendDays {
  readonly stepMs: number;
}

/** A longer span is told by the day. */
const LONGEST_BY_HOUR_MS = 14 * DAY_MS;

/** What the workloads of a namespace cost over a span, in whole hours, or days where it is long. */
export async function answerSpend(ask: SpendAsk, context: AnswerContext): Promise<SpendSteps> {
  const { reader, config, perWindow } = context;
  const { namespace, from, to } = ask;
  const { watermark, historyStart, windowMs = 0 } = await reader.status();
  const stepMs = to - from > LONGEST_BY_HOUR_MS ? DAY_MS : HOUR_MS;
  const nothing = { starts: [], lines: [], stepMs };
  if (watermark === null || historyStart === null) return nothing;
  const first = ceilTo(Math.max(from, historyStart - windowMs), stepMs);
  const last = floorTo(Math.min(to, watermark), stepMs);
  if (last <= first) return nothing;
  return perWindow(JSON.stringify(['spend', namespace, first, last]), async () => {
    const count = (last - first) / stepMs;
    const boundaries = Array.from({ length: count + 1 }, (_, index) => first + index * stepMs);
    const query = { boundaries, by: ['workload' as const], namespaces: [namespace] };
    const tables = await seriesOnBasis(reader, config().pricing, query);
    const steps = spendDays(
      tables,
      ({ workload }) => (workload === null ? null : `${workload.kind}/${workload.name}`),
      count,
    );
    return { ...steps, stepMs };
  });
}
