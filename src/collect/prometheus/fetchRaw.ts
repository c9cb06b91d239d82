import { SECOND_MS, type TimeMs } from '../../model/time.ts';
import { CollectError } from '../collector.ts';
import { NEAR_MS } from '../measure/samples.ts';
import { spanOf, type PointNote, type RawAsking, type RawBatchAnswer, type Span } from './batch.ts';
import { isFatal } from './failures.ts';
import type { Grid } from './grid.ts';
import { promDuration } from './matchers.ts';
import type { RawSpec } from './queries.ts';
import { joinRawSeries, type RawSeries } from './rawSamples.ts';

/** A shorter stretch is not split any more. */
const SHORTEST_SPAN_MS: TimeMs = 30 * SECOND_MS;

/**
 * Reads the samples of a metric as the store holds them; a stretch with too many of them is asked for in halves.
 *
 * @throws CollectError when the metric is indispensable, or when the store refuses everything.
 */
export async function fetchRaw(asking: RawAsking, spec: RawSpec): Promise<RawBatchAnswer> {
  const { context, grid } = asking;
  const windows = spanOf(grid);
  const around = spec.aroundWindow
    ? { from: windows.from - NEAR_MS, to: windows.to + context.aheadMs }
    : windows;
  return readSpan(asking, spec, around, (range) => `${spec.selector(context)}[${range}]`);
}

/** Asks for a stretch, in halves where it is too much at once. @throws CollectError as `fetchRaw` does. */
export async function readSpan(
  { client, grid, signal }: RawAsking,
  spec: Pick<RawSpec, 'need'>,
  whole: Span,
  promql: (range: string) => string,
): Promise<RawBatchAnswer> {
  const parts: (readonly RawSeries[])[] = [];
  const warnings: PointNote[] = [];
  const failures: PointNote[] = [];
  async function ask({ from, to }: Span): Promise<void> {
    const splittable = to - from > SHORTEST_SPAN_MS;
    try {
      const query = promql(promDuration(to - from));
      const answer = await client.instant(query, to, signal, splittable);
      parts.push(answer.series);
      for (const text of answer.warnings) warnings.push({ ...pointsOf(grid, { from, to }), text });
    } catch (failure) {
      if (!(failure instanceof CollectError)) throw failure;
      if ((failure.code === 'too-large' || failure.code === 'timeout') && splittable) {
        const middle = Math.floor((from + to) / 2);
        await ask({ from, to: middle });
        await ask({ from: middle, to });
      } else if (isFatal(failure, spec.need === 'indispensable')) {
        throw failure;
      } else failures.push({ ...pointsOf(grid, { from, to }), text: failure.message });
    }
  }
  await ask(whole);
  return { series: joinRawSeries(parts), warnings, failures };
}

/** The points of the grid whose windows a stretch touches. */
function pointsOf(grid: Grid, { from, to }: Span): Pick<PointNote, 'from' | 'to'> {
  const point = (time: TimeMs): number =>
    Math.ceil((time / SECOND_MS - grid.startSeconds) / grid.stepSeconds);
  return {
    from: Math.max(1, point(from + 1)),
    to: Math.min(grid.points - 1, Math.max(1, point(to))),
  };
}
