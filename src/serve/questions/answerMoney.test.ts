import { expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { toNano } from '../../model/money.ts';
import { DAY_MS } from '../../model/time.ts';
import { emptyRow, UNALLOCATED, type CostQuery, type CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { AnswerContext } from './answerContext.ts';
import { answerOwners } from './answerMoney.ts';

const WATERMARK = Date.UTC(2026, 10, 24);

/** What `owner` pays for a Deployment; null for one without an owner. */
function rowOf(owner: string | null, name: string, cost: number) {
  const parts = [owner ?? UNALLOCATED, `shop/Deployment/${name}`];
  const workload = { kind: 'Deployment', name };
  const names = { namespace: 'shop', workload, owner };
  return { ...emptyRow(parts.join('/')), parts, ...names, cpuNano: toNano(cost) };
}

/** A volume of no workload. */
const LOOSE = { ...emptyRow('web/'), parts: ['web', ''], namespace: 'shop', owner: 'web' };

const NOW = [rowOf('web', 'front', 3), rowOf('web', 'back', 1), rowOf(null, 'lost', 2), LOOSE];
const BEFORE = [rowOf('web', 'front', 2), rowOf('ops', 'gone', 5)];

/** @param seenBefore how much of the week before was seen */
function contextOf(seenBefore: number): AnswerContext {
  const table = ({ from, to }: CostQuery): CostTable => ({
    window: { start: from, end: to },
    rows: to === WATERMARK ? NOW : BEFORE,
    idle: { cpuNano: 0, ramNano: 0, gpuNano: 0 },
    nodesNano: 0,
    coverage: to === WATERMARK ? 1 : seenBefore,
    provisional: false,
  });
  const reader: Partial<HistoryReader> = {
    status: async () => ({
      historyStart: WATERMARK - 30 * DAY_MS,
      watermark: WATERMARK,
      sealedWindows: 1,
      incompleteWindows: 0,
      lastProblems: [],
    }),
    nodes: async () => [],
    costs: async (query) => table(query),
  };
  return {
    reader,
    config: () => configSchema.parse({}),
    perWindow: <T>(_: string, compute: () => Promise<T>) => compute(),
  } as unknown as AnswerContext;
}

it('sums what the workloads of each owner cost beside the week before, the dearest first', async () => {
  const report = await answerOwners({ namespaces: null }, contextOf(1));
  const of = (name: string, totalCost: number) => {
    return { namespace: 'shop', workload: { kind: 'Deployment', name }, totalCost };
  };
  expect(report?.owners).toEqual([
    {
      owner: 'web',
      totalCost: 4,
      previousCost: 2,
      change: 2,
      workloads: [of('front', 3), of('back', 1)],
    },
    { owner: null, totalCost: 2, previousCost: 0, change: 2, workloads: [of('lost', 2)] },
    { owner: 'ops', totalCost: 0, previousCost: 5, change: -5, workloads: [of('gone', 0)] },
  ]);
});

it('tells no change of an owner where too little of the week before was seen', async () => {
  const report = await answerOwners({ namespaces: null }, contextOf(0.5));
  expect(report?.owners.map(({ change }) => change)).toEqual([null, null, null]);
});
