import type { TimeMs } from '../../model/time.ts';
import type { PrometheusClient } from './client.ts';
import { askInHalves } from './failures.ts';
import { fetchLifeTimes } from './fetchLifeTimes.ts';
import { fetchFarther, fetchNextScrape } from './fetchFarther.ts';
import { fetchNewcomers } from './fetchNewcomers.ts';
import { fetchRequestChanges } from './fetchRequestChanges.ts';
import { fetchStanding } from './fetchStanding.ts';
import { fetchRaw } from './fetchRaw.ts';
import type { Batch, BatchAnswer, PointNote, RawBatchAnswer } from './batch.ts';
import { halvesOf, type Grid, type GridSeries } from './grid.ts';
import { QUERY_IDS, querySpec, RAW_IDS, rawSpec } from './queries.ts';
import type { QueryContext, QueryId, RawId } from './queries.ts';

/**
 * Asks every query once over the whole batch; a query that is too big or too slow is asked in halves.
 *
 * @throws CollectError when an indispensable query fails, or when the store refuses everything.
 */
export async function fetchBatch(
  client: PrometheusClient,
  context: QueryContext,
  grid: Grid,
  concurrency: number,
  signal: AbortSignal,
  now: TimeMs = Infinity,
): Promise<Batch> {
  const answers = new Map<QueryId, BatchAnswer>();
  const raw = new Map<RawId, RawBatchAnswer>();
  // One query's fatal failure ends the others: their answers would not be used.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const asking = { client, context, grid, signal: either };
  const queue: (() => Promise<unknown>)[] = [
    ...RAW_IDS.map((id) => async () => raw.set(id, await fetchRaw(asking, rawSpec(id)))),
    ...QUERY_IDS.map(
      (id) => async () => answers.set(id, await fetchQuery(client, context, grid, id, either)),
    ),
  ];
  async function work(): Promise<void> {
    for (let ask = queue.shift(); ask !== undefined; ask = queue.shift()) await ask();
  }
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: concurrency }, () =>
      work().catch((failure: unknown) => {
        failures.push(failure);
        stop.abort();
      }),
    ),
  );
  if (failures.length > 0) throw failures[0];
  const first = {
    grid,
    answers: Object.fromEntries(answers) as Batch['answers'],
    raw: Object.fromEntries(raw) as Batch['raw'],
    aheadMs: context.aheadMs,
  };
  const podInfo = await fetchNextScrape(asking, first.raw.podInfo, now);
  const known = { ...first, raw: { ...first.raw, podInfo } };
  const lifeTimes = await fetchLifeTimes(asking, known);
  const all = await fetchFarther(asking, known, lifeTimes, now);
  const described = await fetchNewcomers(
    asking,
    podInfo.series,
    await fetchRequestChanges(asking, known.answers),
  );
  const standing = await fetchStanding(asking, known);
  return { ...known, answers: described, raw: all, lifeTimes, standing };
}

async function fetchQuery(
  client: PrometheusClient,
  context: QueryContext,
  grid: Grid,
  id: QueryId,
  signal: AbortSignal,
): Promise<BatchAnswer> {
  const spec = querySpec(id);
  const merging = createMerging(grid);
  const promql = spec.promql(context);
  const points = { from: spec.previous === true ? 0 : 1, to: grid.points - 1 };
  await askInHalves(points, {
    isIndispensable: spec.need === 'indispensable',
    halves: halvesOf,
    ask: async ({ from, to }) => {
      const answer = await client.range(promql, { grid, from, to }, signal);
      merging.add(answer.series);
      answer.badValues.forEach((count, point) => {
        merging.badValues[point] = (merging.badValues[point] ?? 0) + count;
      });
      for (const text of answer.warnings) merging.warnings.push({ from, to, text });
    },
    note: ({ from, to }, { message }) => merging.failures.push({ from, to, text: message }),
  });
  return merging.result();
}

interface Merging {
  readonly badValues: Uint32Array;
  readonly warnings: PointNote[];
  readonly failures: PointNote[];
  add(series: readonly GridSeries[]): void;
  result(): BatchAnswer;
}

/** Answers of one query that came in several parts are joined by their labels. */
function createMerging(grid: Grid): Merging {
  let parts: (readonly GridSeries[])[] = [];
  const merging = {
    badValues: new Uint32Array(grid.points),
    warnings: [] as PointNote[],
    failures: [] as PointNote[],
    add(series: readonly GridSeries[]) {
      parts.push(series);
    },
    result(): BatchAnswer {
      const series = parts.length === 1 ? (parts[0] ?? []) : joinParts(parts);
      parts = [];
      const { badValues, warnings, failures } = merging;
      return { series, badValues, warnings, failures };
    },
  };
  return merging;
}

function joinParts(parts: readonly (readonly GridSeries[])[]): readonly GridSeries[] {
  const joined = new Map<string, GridSeries>();
  for (const series of parts.flat()) {
    const key = JSON.stringify(series.labels, Object.keys(series.labels).sort());
    const known = joined.get(key);
    if (known === undefined) joined.set(key, series);
    else {
      series.values.forEach((value, point) => {
        if (!Number.isNaN(value)) known.values[point] = value;
      });
    }
  }
  return [...joined.values()];
}
