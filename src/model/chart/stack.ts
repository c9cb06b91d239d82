import { area, stack } from 'd3-shape';
import { px } from './paths.ts';
import { gridLines, placer, stretched, STRETCHED_PX } from './plot.ts';
import { heightScale, valueScale, type ValueScale } from './scale.ts';

/** One layer; negative amounts count as nothing. */
export interface Layer {
  readonly name: string;
  readonly tone: string;
  readonly values: readonly number[];
}

/** Named layers have one of so many colours; `s8` is for the sum of all others. */
const NAMED_TONES = 7;

/** The colours of layers in order; the last ones are for others and idle. */
export function toneOf(index: number): string {
  return `s${(index % NAMED_TONES) + 1}`;
}

export const OTHERS_TONE = 's8';
export const IDLE_TONE = 'idle';

interface StackedLayer {
  readonly tone: string;
  readonly spans: readonly (readonly [low: number, high: number])[];
}

/** Amounts on top of each other, the first layer lowest, with a scale that holds them. */
export interface Stack {
  readonly layers: readonly StackedLayer[];
  readonly scale: ValueScale;
  readonly heightPx: number;
}

const TOP_PX = 6;

export function stackLayers(
  layers: readonly Layer[],
  heightPx: number,
  tickText: (value: number) => string,
): Stack {
  const count = layers[0]?.values.length ?? 0;
  const columns = Array.from({ length: count }, (_, index) => index);
  const stacked = stack<unknown, number, Layer>()
    .keys(layers)
    .value((index, { values }) => Math.max(0, values[index] ?? 0))(columns)
    .map((spans) => ({
      tone: spans.key.tone,
      spans: spans.map(([low, high]) => [low, high] as const),
    }));
  const highest = Math.max(0, ...(stacked.at(-1)?.spans ?? []).map(([, high]) => high));
  return { layers: stacked, heightPx, scale: valueScale(highest, 'money', heightPx, tickText) };
}

/** The stack as areas; `shares` says where each value lies, from 0 to 1. */
export function drawStackedAreas(chart: Stack, shares: readonly number[]): string {
  const y = heightScale(chart.scale, chart.heightPx, TOP_PX);
  const draw = area<readonly [number, number]>()
    .digits(1)
    .x((_, index) => (shares[index] ?? 0) * STRETCHED_PX)
    .y0(([low]) => y(low))
    .y1(([, high]) => y(high));
  const paths = chart.layers.map(
    ({ tone, spans }) => `<path class="stack ${tone}" d="${draw([...spans]) ?? ''}"/>`,
  );
  return gridLines(chart.scale, y, placer(null)) + stretched(paths.join(''), null, chart.heightPx);
}

/** Share of a column's room that stays empty. */
const GAP = 0.22;

/** Where the middle of a column stands, as a share of the width. */
export function columnShare(index: number, count: number): number {
  return (index + 0.5) / count;
}

/**
 * The stack as columns.
 *
 * @param faint columns before this one are drawn faint
 * @param widthPx null for a page, where columns stretch
 */
export function drawStackedColumns(chart: Stack, faint: number, widthPx: number | null): string {
  const y = heightScale(chart.scale, chart.heightPx, TOP_PX);
  const place = placer(widthPx);
  const count = chart.layers[0]?.spans.length ?? 0;
  const slot = 1 / Math.max(1, count);
  const rects = chart.layers.flatMap(({ tone, spans }) =>
    spans.map(([low, high], index) => {
      const height = y(low) - y(high);
      if (height < 0.05) return '';
      const left = slot * (index + GAP / 2);
      const kind = `stack ${tone}${index < faint ? ' faint' : ''}`;
      return `<rect class="${kind}" x="${place(left)}" width="${place(slot * (1 - GAP))}" y="${px(y(high))}" height="${px(height)}"/>`;
    }),
  );
  return gridLines(chart.scale, y, place) + rects.join('');
}

/** Every how many-th label is shown, counted from the last, so that at most `most` are. */
export function isLabelled(index: number, count: number, most: number): boolean {
  return (count - 1 - index) % Math.ceil(count / most) === 0;
}
