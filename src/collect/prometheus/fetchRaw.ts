import { SECOND_MS, type Span, type TimeMs } from '../../model/time.ts';
import { NEAR_MS } from '../measure/samples.ts';
import { spanOf, type PointNote, type RawAsking, type RawBatchAnswer } from './batch.ts';
import { askInHalves } from './failures.ts';
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
  await askInHalves(whole, {
    isIndispensable: spec.need === 'indispensable',
    halves: ({ from, to }) => {
      if (to - from <= SHORTEST_SPAN_MS) return null;
      const middle = Math.floor((from + to) / 2);
      return [
        { from, to: middle },
        { from: middle, to },
      ];
    },
    ask: async (span, isSplittable) => {
      const query = promql(promDuration(span.to - span.from));
      const answer = await client.instant(query, span.to, signal, isSplittable);
      parts.push(answer.series);
      for (const text of answer.warnings) warnings.push({ ...pointsOf(grid, span), text });
    },
    note: (span, { message }) => failures.push({ ...pointsOf(grid, span), text: message }),
  });
  return { series: joinRawSeries(parts), warnings, failures };
}

/** The samples of a selector over a stretch; nothing indispensable hangs on them. @throws CollectError as `fetchRaw` does. */
export function readSamples(
  asking: RawAsking,
  selector: string,
  span: Span,
): Promise<RawBatchAnswer> {
  return readSpan(asking, { need: 'extra' }, span, (range) => `${selector}[${range}]`);
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
