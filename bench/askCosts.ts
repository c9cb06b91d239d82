/** Asks a large history about costs in a process of its own: what each question takes, and how much memory. */
import { effectiveCosts } from '../src/cost/bill/effectiveCosts.ts';
import { openHistoryReader } from '../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../src/model/time.ts';
import type { CostDimension } from '../src/store/costTable.ts';
import type { HistoryReader } from '../src/store/history.ts';
import { START } from './bigHistory.ts';

type Ask = (reader: HistoryReader, end: TimeMs) => Promise<unknown>;

const wholeDays =
  (by: readonly CostDimension[], namespaces: readonly string[] | null = null): Ask =>
  (reader, to) =>
    reader.costs({ from: START, to, by, namespaces });

/** The bill of every day and node is asked for only where there is one. */
export const QUESTIONS: Readonly<Record<string, Ask>> = {
  'whole days by namespace': wholeDays(['namespace']),
  'whole days by workload': wholeDays(['workload']),
  'whole days by owner': wholeDays(['owner']),
  'whole days by node': wholeDays(['node']),
  'whole days by container': wholeDays(['container']),
  'whole days by label:team': wholeDays(['label:team']),
  'whole days by namespace, node': wholeDays(['namespace', 'node']),
  'one namespace of a hundred, by workload': wholeDays(['workload'], ['ns-7']),
  'hours at both edges, by namespace': (reader, end) =>
    reader.costs({
      from: START + 7 * HOUR_MS,
      to: end - 5 * HOUR_MS,
      by: ['namespace'],
      namespaces: null,
    }),
  'effective basis, a bill for every day and node, by namespace': (reader, to) =>
    effectiveCosts(reader, { from: START, to, by: ['namespace'], namespaces: null }),
  'each hour, by namespace': (reader, end) =>
    reader.costSeries({
      boundaries: steps(START, end, HOUR_MS),
      by: ['namespace'],
      namespaces: null,
    }),
  'each day that begins at 05:00, by workload': (reader, end) =>
    reader.costSeries({
      boundaries: steps(START + 5 * HOUR_MS, end, DAY_MS),
      by: ['workload'],
      namespaces: null,
    }),
};

function steps(from: TimeMs, to: TimeMs, step: number): readonly TimeMs[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);
}

export interface CostTimes {
  /** Of each time that it was asked, the first with a cold cache and code that is not compiled. */
  readonly ms: readonly number[];
  /** Of this process, for one time. */
  readonly cpuMs: number;
  /** The most that the process had. */
  readonly rssBytes: number;
}

if (process.send !== undefined) {
  const [path = '', question = '', end = '', times = '3'] = process.argv.slice(2);
  const reader = await openHistoryReader(path);
  const ms: number[] = [];
  const before = process.cpuUsage();
  for (let time = 0; time < Number(times); time += 1) {
    const began = performance.now();
    await QUESTIONS[question]!(reader, Number(end));
    ms.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  const rssBytes = process.resourceUsage().maxRSS * 1024;
  process.send({ ms, cpuMs: (user + system) / 1e3 / ms.length, rssBytes } satisfies CostTimes);
  await reader.close();
  process.disconnect();
}
