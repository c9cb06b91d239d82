import { SECOND_MS, type Span, type TimeMs } from '../../model/time.ts';
import { NEAR_MS } from '../measure/samples.ts';
import {
  distinctNotes,
  spanOf,
  type FurtherAnswer,
  type FurtherAsking,
  type RawAsking,
  type RawBatchAnswer,
} from './batch.ts';
import { askInHalves } from './failures.ts';
import type { Grid, PointNote } from './grid.ts';
import { promDuration } from './matchers.ts';
import { ALL_PODS, halfParts, partMatchers, partsOf, type PodPart } from './podParts.ts';
import type { QueryContext, RawSpec } from './queries.ts';
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
  const { metric, podLabel = 'pod' } = spec;
  const split = { metric, podLabel };
  const promql = (range: string, within: QueryContext): string =>
    `${spec.selector(within)}[${range}]`;
  return unlessRefused(asking, `samples of ${metric}`, () =>
    readSpan(asking, { ...spec, split }, around, promql),
  );
}

interface SpanSpec extends Pick<RawSpec, 'need'> {
  /** How its pods fall into parts; absent where few are asked for. */
  readonly split?: { readonly metric: string; readonly podLabel: string };
}

type PartOfSpan = Span & { readonly part: PodPart };

/**
 * Asks for a stretch, in halves where it is too much at once: of its pods, then of its time.
 *
 * @throws CollectError as `fetchRaw` does.
 */
async function readSpan(
  { client, context, grid, signal, borne }: RawAsking,
  { need, split }: SpanSpec,
  whole: Span,
  promql: (range: string, within: QueryContext) => string,
): Promise<RawBatchAnswer> {
  const series: RawSeries[] = [];
  const warnings: PointNote[] = [];
  const failures: PointNote[] = [];
  const parts = split === undefined ? [ALL_PODS] : partsOf(borne.get(split.metric) ?? 1);
  for (const whichPods of parts) {
    const pieces: (readonly RawSeries[])[] = [];
    await askInHalves<PartOfSpan>(
      { ...whole, part: whichPods },
      {
        isIndispensable: need === 'indispensable',
        halves: (stretch) => (split && halvesByPod(stretch)) ?? halvesByTime(stretch),
        split: ({ part }) => {
          if (split === undefined || halfParts(part) === null) return;
          borne.set(split.metric, Math.max(borne.get(split.metric) ?? 1, 2 * part.of));
        },
        ask: async (stretch, isSplittable) => {
          const { from, to, part } = stretch;
          const within =
            split === undefined ? context : context.within(partMatchers(part, split.podLabel));
          const query = promql(promDuration(to - from), within);
          const answer = await client.instant(query, { from, to }, signal, isSplittable);
          pieces.push(answer.series);
          for (const text of answer.warnings) warnings.push({ ...pointsOf(grid, stretch), text });
        },
        note: (stretch, { message }) =>
          failures.push({ ...pointsOf(grid, stretch), text: message }),
      },
    );
    // Most answers come in one piece, which holds every series once.
    for (const one of joinRawSeries(pieces)) series.push(one);
  }
  return { series, warnings, failures: distinctNotes(failures) };
}

function halvesByPod({ part, ...span }: PartOfSpan): readonly [PartOfSpan, PartOfSpan] | null {
  const halves = halfParts(part);
  return (
    halves && [
      { ...span, part: halves[0] },
      { ...span, part: halves[1] },
    ]
  );
}

function halvesByTime({ from, to, part }: PartOfSpan): readonly [PartOfSpan, PartOfSpan] | null {
  if (to - from <= SHORTEST_SPAN_MS) return null;
  const middle = Math.floor((from + to) / 2);
  return [
    { from, to: middle, part },
    { from: middle, to, part },
  ];
}

/** Why a metric is asked for after the first answers. */
export type FurtherSpec = Pick<FurtherAnswer, 'metric' | 'without'>;

/**
 * The series of a question that the first answers led to. What the store refuses of it is noted, for the windows to say.
 *
 * @throws CollectError when the store refuses everything.
 */
export async function readFurther(
  asking: FurtherAsking,
  { metric, without }: FurtherSpec,
  span: Span,
  promql: (range: string) => string,
): Promise<readonly RawSeries[]> {
  const answer = await unlessRefused(asking, `further ${metric}`, () =>
    readSpan(asking, { need: 'extra' }, span, promql),
  );
  asking.further.push({ metric, without, warnings: answer.warnings, failures: answer.failures });
  return answer.series;
}

/** The samples of a selector over a stretch. @throws CollectError as `readFurther` does. */
export function readSamples(
  asking: FurtherAsking,
  spec: FurtherSpec,
  selector: string,
  span: Span,
): Promise<readonly RawSeries[]> {
  return readFurther(asking, spec, span, (range) => `${selector}[${range}]`);
}

function unlessRefused(
  { grid, refused }: RawAsking,
  question: string,
  ask: () => Promise<RawBatchAnswer>,
): Promise<RawBatchAnswer> {
  const none = { series: [], warnings: [], failures: [] };
  return refused.unless(question, { from: 1, to: grid.points - 1 }, none, ask);
}

/** The points of the grid whose windows a stretch touches; of one before or after all of them, the nearest. */
function pointsOf(grid: Grid, { from, to }: Span): Pick<PointNote, 'from' | 'to'> {
  const point = (time: TimeMs): number =>
    Math.ceil((time / SECOND_MS - grid.startSeconds) / grid.stepSeconds);
  const within = (at: number): number => Math.min(grid.points - 1, Math.max(1, at));
  return { from: within(point(from + 1)), to: within(point(to)) };
}
