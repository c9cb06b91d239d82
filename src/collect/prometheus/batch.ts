import { SECOND_MS, type Span, type TimeMs } from '../../model/time.ts';
import type { PrometheusClient } from './client.ts';
import { pointSeconds, type Grid, type GridSeries, type PointNote } from './grid.ts';
import type { QueryContext, QueryId, RawId } from './queries.ts';
import type { RawSeries } from './rawSamples.ts';
import type { RefusedQueries } from './refusedQueries.ts';

/** The answers of all queries over one batch of windows: the raw material of snapshots. */
export interface Batch {
  readonly grid: Grid;
  readonly answers: Readonly<Record<QueryId, BatchAnswer>>;
  readonly raw: Readonly<Record<RawId, RawBatchAnswer>>;
  readonly lifeTimes: LifeTimes;
  /** CPU counters that read the same an hour before a window's end; no value where they do not. */
  readonly standing: readonly GridSeries[];
  /** What was asked because of the first answers, and what of it was refused. */
  readonly further: readonly FurtherAnswer[];
  /** How long after a window's end samples may tell how it ended, in milliseconds. */
  readonly aheadMs: TimeMs;
}

/** One query's answer, put together from as many requests as it took. */
export interface BatchAnswer {
  readonly series: readonly GridSeries[];
  readonly badValues: Uint32Array;
  /** Points about which the store said that it may have left something out. */
  readonly warnings: readonly PointNote[];
  /** Points that could not be asked for at all. */
  readonly failures: readonly PointNote[];
}

/** What the first round of questions brought; the second asks for what is special in it. */
export type FirstAnswers = Pick<Batch, 'raw' | 'answers' | 'grid' | 'aheadMs'>;

/** Samples of one metric over a batch of windows, put together from as many requests as it took. */
export interface RawBatchAnswer {
  readonly series: readonly RawSeries[];
  readonly warnings: readonly PointNote[];
  readonly failures: readonly PointNote[];
}

/**
 * In how many parts of all pods a metric is asked for where the store refused more at once, by metric: what was refused
 * is not asked again.
 */
export type BorneParts = Map<string, number>;

/** What came of a question that the first answers led to, without its series. */
export interface FurtherAnswer extends Pick<BatchAnswer, 'warnings' | 'failures'> {
  readonly metric: string;
  /** What is lost; completes the sentence "without it, …". */
  readonly without: string;
}

/** What a store is asked with. */
export interface RawAsking {
  readonly client: PrometheusClient;
  readonly context: QueryContext;
  readonly grid: Grid;
  readonly signal: AbortSignal;
  readonly borne: BorneParts;
  /** Metrics that are left alone for a while. */
  readonly refused: RefusedQueries;
}

/** What a store is asked with because of the first answers. */
export interface FurtherAsking extends RawAsking {
  readonly further: FurtherAnswer[];
}

/** When lives began and ended, as exporters state it; asked only for what began or ended in the batch. */
export interface LifeTimes {
  /** Start of a cgroup's counter, by `NAMESPACE/POD/CONTAINER/ID`. */
  readonly started: ReadonlyMap<string, TimeMs>;
  /** Latest start of a container, by `NAMESPACE/POD/CONTAINER`. */
  readonly stated: ReadonlyMap<string, TimeMs>;
  /** By `NAMESPACE/POD/UID`. */
  readonly scheduled: ReadonlyMap<string, TimeMs>;
  readonly completed: ReadonlyMap<string, TimeMs>;
  readonly unscheduled: ReadonlySet<string>;
  /** When lives of restarted containers ended, in order, by `NAMESPACE/POD/UID` and container. */
  readonly ended: ReadonlyMap<string, ReadonlyMap<string, readonly TimeMs[]>>;
}

/** The windows of a batch without the one before them. */
export function spanOf(grid: Grid): Span {
  return {
    from: pointSeconds(grid, 0) * SECOND_MS,
    to: pointSeconds(grid, grid.points - 1) * SECOND_MS,
  };
}

/** Notes without those that say the same again: several parts may be refused for one reason. */
export function distinctNotes(notes: readonly PointNote[]): readonly PointNote[] {
  const byText = new Map(notes.map((note) => [`${note.from}-${note.to} ${note.text}`, note]));
  return [...byText.values()];
}
