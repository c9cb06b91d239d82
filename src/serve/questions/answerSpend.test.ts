import { expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { emptyRow } from '../../store/costTable.ts';
import type { CostSeriesQuery, CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { toNano } from '../../model/money.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import type { AnswerContext } from './answerContext.ts';
import { answerSpend } from './answerCosts.ts';

const WATERMARK = Date.UTC(2026, 10, 24, 6, 25);
const WINDOW_MS = 5 * MINUTE_MS;

/** A history that begins so long ago, in which `checkout` costs a dollar a step. */
function contextOf(historyMs: number, watermark: number | null = WATERMARK) {
  const asked: CostSeriesQuery[] = [];
  const table = (start: number, end: number): CostTable => ({
    window: { start, end },
    rows: [
      {
        ...emptyRow('Deployment/checkout'),
        namespace: 'shop',
        workload: { kind: 'Deployment', name: 'checkout' },
        cpuNano: toNano(1),
      },
    ],
    idle: { cpuNano: 0, ramNano: 0, gpuNano: 0 },
    nodesNano: 0,
    coverage: 1,
    provisional: false,
  });
  const reader: Partial<HistoryReader> = {
    status: async () => ({
      historyStart: WATERMARK - historyMs,
      windowMs: WINDOW_MS,
      watermark,
      sealedWindows: 1,
      incompleteWindows: 0,
      lastProblems: [],
    }),
    costSeries: async (query) => {
      asked.push(query);
      const { boundaries } = query;
      return boundaries.slice(1).map((end, index) => table(boundaries[index] ?? 0, end));
    },
  };
  const context = {
    reader,
    config: () => configSchema.parse({}),
    perWindow: <T>(_: string, compute: () => Promise<T>) => compute(),
  } as unknown as AnswerContext;
  return { context, asked };
}

const ask = (ms: number) => ({ namespace: 'shop', from: WATERMARK - ms, to: WATERMARK });

it('tells the spend of a namespace by whole hours up to the last sealed one', async () => {
  const { context, asked } = contextOf(30 * DAY_MS);
  const spend = await answerSpend(ask(3 * HOUR_MS), context);
  const at = (hour: number) => Date.UTC(2026, 10, 24, hour);
  expect(asked).toEqual([
    { boundaries: [at(4), at(5), at(6)], by: ['workload'], namespaces: ['shop'] },
  ]);
  expect(spend).toEqual({
    stepMs: HOUR_MS,
    starts: [at(4), at(5)],
    lines: [{ name: 'Deployment/checkout', values: [1, 1] }],
  });
});

it('tells a long span by days, all of them', async () => {
  const { context } = contextOf(90 * DAY_MS);
  const spend = await answerSpend(ask(60 * DAY_MS), context);
  expect(spend.stepMs).toBe(DAY_MS);
  expect(spend.starts).toHaveLength(59);
});

it('begins where the history does, and says nothing of a time before it or without it', async () => {
  const short = contextOf(2 * HOUR_MS);
  expect((await answerSpend(ask(DAY_MS), short.context)).starts).toHaveLength(1);
  const nothing = { starts: [], lines: [], stepMs: HOUR_MS };
  const early = { ...ask(DAY_MS), to: WATERMARK - 20 * HOUR_MS };
  expect(await answerSpend(early, short.context)).toEqual(nothing);
  expect(await answerSpend(ask(DAY_MS), contextOf(DAY_MS, null).context)).toEqual(nothing);
});
