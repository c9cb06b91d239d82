import type { TimeMs } from '../../model/time.ts';
import type { PrometheusClient } from './client.ts';
import { askInHalves } from './failures.ts';
import { fetchLifeTimes } from './fetchLifeTimes.ts';
import { fetchFarther, fetchNextScrape, type AgreeOnScrape } from './fetchFarther.ts';
import { fetchNewcomers } from './fetchNewcomers.ts';
import { fetchRequestChanges } from './fetchRequestChanges.ts';
import { fetchStanding } from './fetchStanding.ts';
import { fetchRaw } from './fetchRaw.ts';
import {
  distinctNotes,
  type Batch,
  type BatchAnswer,
  type FurtherAnswer,
  type RawAsking,
  type RawBatchAnswer,
} from './batch.ts';
import type { Grid, GridSeries, PointNote } from './grid.ts';
import { ALL_PODS, halvesOfPart, partMatchers, partsOf, type PartOfPoints } from './podParts.ts';
import { isOfPods, QUERY_IDS, querySpec, RAW_IDS, rawSpec, SPLIT_BY } from './queries.ts';
import type { LabelMatcher } from './matchers.ts';
import type { QueryContext, QueryId, RawId } from './queries.ts';
import { RefusedQueries } from './refusedQueries.ts';

/** What a collector has learnt of how much a store bears. */
export type StoreLimits = Pick<RawAsking, 'borne' | 'refused'>;

/** @param steady milliseconds that only go on. */
export function noLimits(steady: () => number = () => performance.now()): StoreLimits {
  return { borne: new Map(), refused: new RefusedQueries(steady) };
}

/** The pods of one of several collectors. */
export interface PodsOf {
  /** Select the series of its namespaces; none where it is the only collector. */
  readonly matchers: readonly LabelMatcher[];
  /** It leaves the cluster as a whole to another one. */
  readonly isPodsOnly: boolean;
  readonly agree: AgreeOnScrape;
}

/** All pods, for the only collector. */
export const EVERY_POD: PodsOf = {
  matchers: [],
  isPodsOnly: false,
  agree: (own) => Promise.resolve(own),
};

/**
 * Asks every query once over the whole batch; a query that is too big or too slow is asked in halves.
 *
 * @param unanswered queries of which it is known that the store has nothing.
 * @throws CollectError when an indispensable query fails, or when the store refuses everything.
 */
export async function fetchBatch(
  client: PrometheusClient,
  context: QueryContext,
  grid: Grid,
  concurrency: number,
  signal: AbortSignal,
  now: TimeMs = Infinity,
  { borne, refused }: StoreLimits = noLimits(),
  { matchers, isPodsOnly, agree }: PodsOf = EVERY_POD,
  unanswered: ReadonlySet<QueryId> = new Set(),
): Promise<Batch> {
  const answers = new Map<QueryId, BatchAnswer>();
  const raw = new Map<RawId, RawBatchAnswer>();
  // One query's fatal failure ends the others: their answers would not be used.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const further: FurtherAnswer[] = [];
  const whole = { client, context, grid, signal: either, borne, refused, further };
  const asking = { ...whole, context: context.within(matchers) };
  const ask = async (id: QueryId): Promise<BatchAnswer> => {
    if (unanswered.has(id) || (isPodsOnly && !isOfPods(id))) return notAsked(grid);
    return fetchUnlessRefused(SPLIT_BY[id] === undefined ? whole : asking, id);
  };
  const queue: (() => Promise<unknown>)[] = [
    ...RAW_IDS.map((id) => async () => raw.set(id, await fetchRaw(asking, rawSpec(id)))),
    ...QUERY_IDS.map((id) => async () => answers.set(id, await ask(id))),
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
  const { podInfo, lastScrape } = await fetchNextScrape(asking, first.raw.podInfo, now, agree);
  const known = { ...first, raw: { ...first.raw, podInfo } };
  const lifeTimes = await fetchLifeTimes(asking, known);
  const all = await fetchFarther(asking, known, lifeTimes, { now, lastScrape });
  const described = await fetchNewcomers(
    asking,
    podInfo.series,
    await fetchRequestChanges(asking, known.answers),
  );
  const standing = await fetchStanding(asking, known);
  return { ...known, answers: described, raw: all, lifeTimes, standing, further };
}

function fetchUnlessRefused(asking: RawAsking, id: QueryId): Promise<BatchAnswer> {
  const { grid, refused } = asking;
  const points = { from: 1, to: grid.points - 1 };
  return refused.unless(id, points, notAsked(grid), () => fetchQuery(asking, id));
}

function notAsked({ points }: Grid): BatchAnswer {
  return { series: [], badValues: new Uint32Array(points), warnings: [], failures: [] };
}

async function fetchQuery(
  { client, context, grid, signal, borne }: RawAsking,
  id: QueryId,
): Promise<BatchAnswer> {
  const spec = querySpec(id);
  const label = SPLIT_BY[id];
  const series: GridSeries[] = [];
  const badValues = new Uint32Array(grid.points);
  const warnings: PointNote[] = [];
  const failures: PointNote[] = [];
  const points = { from: spec.previous === true ? 0 : 1, to: grid.points - 1 };
  const parts = label === undefined ? [ALL_PODS] : partsOf(borne.get(spec.metric) ?? 1);
  for (const whichPods of parts) {
    const pieces: (readonly GridSeries[])[] = [];
    await askInHalves<PartOfPoints>(
      { ...points, part: whichPods },
      {
        isIndispensable: spec.need === 'indispensable',
        halves: (stretch) => halvesOfPart(stretch, label !== undefined),
        split: (stretch) => {
          if (stretch.from === stretch.to)
            borne.set(spec.metric, Math.max(borne.get(spec.metric) ?? 1, 2 * stretch.part.of));
        },
        ask: async ({ from, to, part }) => {
          const within = label === undefined ? context : context.within(partMatchers(part, label));
          const answer = await client.range(spec.promql(within), { grid, from, to }, signal);
          pieces.push(answer.series);
          answer.badValues.forEach((count, point) => {
            badValues[point] = (badValues[point] ?? 0) + count;
          });
          for (const text of answer.warnings) warnings.push({ from, to, text });
        },
        note: ({ from, to }, { message }) => failures.push({ from, to, text: message }),
      },
    );
    for (const one of joinParts(pieces)) series.push(one);
  }
  return { series, badValues, warnings, failures: distinctNotes(failures) };
}

/** Answers of one query that came in several pieces are joined by their labels. */
function joinParts(parts: readonly (readonly GridSeries[])[]): readonly GridSeries[] {
  const [first = []] = parts;
  if (parts.length <= 1) return first;
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
