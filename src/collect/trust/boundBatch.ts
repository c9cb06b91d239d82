import { SECOND_MS } from '../../model/time.ts';
import type { Batch, LifeTimes } from '../prometheus/batch.ts';
import { pointSeconds, type Grid, type GridSeries } from '../prometheus/grid.ts';
import { QUERY_IDS, querySpec, RAW_IDS, rawSpec } from '../prometheus/queries.ts';
import type { RawSeries } from '../prometheus/rawSamples.ts';
import { birthBounds, JITTER_MS, QUERY_BOUNDS, RAW_BOUNDS, type Bounds } from './bounds.ts';
import type { Refusal } from './refusals.ts';

/** A batch in which every value is possible, and what was taken out of it. */
export interface BoundedBatch {
  readonly batch: Batch;
  /** By point of the grid. */
  readonly refusals: ReadonlyMap<number, readonly Refusal[]>;
}

/** One window names so many; a hostile exporter has any number. */
const MOST_NAMED = 1_000;

/**
 * Takes out of a batch what cannot be, whoever exports it: negative amounts, machines larger than any, times before
 * Kubernetes or after now. What is left can be added and multiplied without losing a digit.
 */
export function boundBatch(batch: Batch): BoundedBatch {
  const { grid } = batch;
  const refusals = new Map<number, Refusal[]>();
  const refuse = (point: number, refusal: Refusal): void => {
    const known = refusals.get(point) ?? [];
    if (known.length < MOST_NAMED) known.push(refusal);
    refusals.set(point, known);
  };
  const answers = { ...batch.answers };
  for (const id of QUERY_IDS) {
    const boundsOf = QUERY_BOUNDS[id];
    if (boundsOf === undefined) continue;
    const { metric } = querySpec(id);
    const series = batch.answers[id].series.map((one) => {
      const bounds = (point: number): Bounds => boundsOf(one.labels, pointSeconds(grid, point));
      const outside = pointsOutside(one, bounds);
      if (outside.length === 0) return one;
      const values = Float64Array.from(one.values);
      for (const point of outside) {
        const value = values[point] ?? 0;
        refuse(point, { metric, labels: one.labels, value, because: reason(value, bounds(point)) });
        values[point] = Number.NaN;
      }
      return { ...one, values };
    });
    answers[id] = { ...answers[id], series };
  }
  const raw = { ...batch.raw };
  for (const id of RAW_IDS) {
    const bounds = RAW_BOUNDS[id];
    if (bounds === undefined) continue;
    const { metric } = rawSpec(id);
    const series = batch.raw[id].series.map((one) => {
      const tooFast = fasterSteps(one, bounds.fastest);
      if (tooFast.length > 0) {
        const because = `a growth of more than ${bounds.fastest} a second is impossible`;
        for (const { time, value } of tooFast)
          refuse(pointOf(grid, time), { metric, labels: one.labels, value, because });
        return samplesWhere(one, () => false);
      }
      if (one.values.every((value) => isWithin(value, bounds))) return one;
      one.values.forEach((value, index) => {
        if (isWithin(value, bounds)) return;
        const because = reason(value, bounds);
        refuse(pointOf(grid, one.times[index] ?? 0), {
          metric,
          labels: one.labels,
          value,
          because,
        });
      });
      return samplesWhere(one, (value) => isWithin(value, bounds));
    });
    raw[id] = { ...raw[id], series };
  }
  const lifeTimes = boundLifeTimes(batch, refuse);
  return { batch: { ...batch, answers, raw, lifeTimes }, refusals };
}

const STATED = {
  started: 'container_start_time_seconds',
  stated: 'kube_pod_container_state_started',
  scheduled: 'kube_pod_status_scheduled_time',
  completed: 'kube_pod_completion_time',
} as const;

/** Leaves out times that cannot be. What is before Kubernetes is an exporter's word for none; what is to come, a forgery. */
function boundLifeTimes(
  { grid, lifeTimes }: Batch,
  refuse: (point: number, refusal: Refusal) => void,
): LifeTimes {
  const last = grid.points - 1;
  const { least, most } = birthBounds(pointSeconds(grid, last));
  const possible = { ...lifeTimes };
  for (const [key, metric] of Object.entries(STATED) as [keyof typeof STATED, string][]) {
    const times = new Map(lifeTimes[key]);
    for (const [name, time] of lifeTimes[key]) {
      const value = time / SECOND_MS;
      if (value >= least && value <= most) continue;
      times.delete(name);
      if (value < least) continue;
      const because = `more than ${most} is impossible`;
      refuse(last, { metric, labels: { series: name }, value, because });
    }
    possible[key] = times;
  }
  return possible;
}

/** The steps of a counter that are too fast; an exporter may serve a reading twice, and then a newer one. */
function fasterSteps(
  { times, values }: RawSeries,
  fastest = Infinity,
): readonly { readonly time: number; readonly value: number }[] {
  const steps: { time: number; value: number }[] = [];
  for (let index = 1; index < times.length; index++) {
    const [time, value] = [times[index] ?? 0, values[index] ?? 0];
    const seconds = (time - (times[index - 1] ?? 0) + JITTER_MS) / SECOND_MS;
    const grown = value - (values[index - 1] ?? 0);
    if (grown > fastest * seconds) steps.push({ time, value });
  }
  return steps;
}

function pointsOutside(
  { values }: GridSeries,
  boundsAt: (point: number) => Bounds,
): readonly number[] {
  const outside: number[] = [];
  values.forEach((value, point) => {
    if (!Number.isNaN(value) && !isWithin(value, boundsAt(point))) outside.push(point);
  });
  return outside;
}

function isWithin(value: number, { least, most }: Bounds): boolean {
  return value >= least && value <= most;
}

function reason(value: number, { least, most }: Bounds): string {
  return value < least ? `less than ${least} is impossible` : `more than ${most} is impossible`;
}

/** The samples of a series that are believed. */
export function samplesWhere(series: RawSeries, isBelieved: (value: number) => boolean): RawSeries {
  const kept: number[] = [];
  const refused = [...(series.refused ?? [])];
  series.values.forEach((value, index) => {
    if (isBelieved(value)) kept.push(index);
    else refused.push(series.times[index] ?? 0);
  });
  return {
    ...series,
    refused,
    times: Float64Array.from(kept, (index) => series.times[index] ?? 0),
    values: Float64Array.from(kept, (index) => series.values[index] ?? 0),
  };
}

/** The point of the window that a time lies in. */
function pointOf(grid: Grid, time: number): number {
  return Math.ceil((time / SECOND_MS - grid.startSeconds) / grid.stepSeconds);
}
