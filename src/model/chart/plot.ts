import type { Reading } from '../reading.ts';
import type { Span, TimeMs } from '../time.ts';
import {
  areaPath,
  bandPath,
  gapsOf,
  linePath,
  px,
  type Band,
  type Frame,
  type Shape,
} from './paths.ts';
import { heightScale, type ValueScale, type TimeTick } from './scale.ts';

/** One measured or configured quantity over the times of its plot. */
export interface PlotLine {
  /** Its colour, by what it means. */
  readonly tone: 'use' | 'wrong' | 'request' | 'limit' | 'in' | 'out';
  readonly shape: Shape;
  readonly values: readonly Reading[];
}

/** What all plots of a page share. */
export interface PlotTime extends Span {
  readonly times: readonly TimeMs[];
  /** Points further apart than this have a gap between them. */
  readonly stepMs: number;
  /** Shaded: where something is wrong. */
  readonly anomaly: Span | null;
  /** Moments with a line through the plot. */
  readonly marks: readonly TimeMs[];
  readonly ticks: readonly TimeTick[];
}

export interface Plot {
  readonly time: PlotTime;
  readonly heightPx: number;
  readonly lines: readonly PlotLine[];
  /** What the plot is about: its gaps are shown as unknown. */
  readonly known: readonly Reading[];
  /** Between which values it usually lies. */
  readonly usual: Band | null;
  readonly scale: ValueScale;
}

/** A canvas of this width is stretched to whatever width a page has. */
export const STRETCHED_PX = 1_000;

/** Room above the highest line, so that its stroke is whole. */
const TOP_PX = 7;

/**
 * Grid, gaps, anomaly, usual band, lines and marks of a plot as SVG: numbers and class names of `chart.css` only.
 *
 * @param widthPx null for a page: lines and areas stretch, all else stands at percentages and keeps its size
 */
export function drawPlot(plot: Plot, widthPx: number | null): string {
  const { time, heightPx, scale } = plot;
  const width = widthPx ?? STRETCHED_PX;
  const share = (at: TimeMs) => Math.max(0, Math.min(1, (at - time.from) / (time.to - time.from)));
  const place = placer(widthPx);
  const frame: Frame = {
    x: (at) => share(at) * width,
    y: heightScale(scale, heightPx, TOP_PX),
    bottom: heightPx - 1,
    stepMs: time.stepMs,
  };
  const upright = (kind: string, at: TimeMs) =>
    `<line class="${kind}" x1="${place(share(at))}" x2="${place(share(at))}" y1="0" y2="${heightPx}"/>`;
  const box = (kind: string, { from, to }: Span, inside = '') =>
    `<rect class="${kind}" x="${place(share(from))}" width="${place(share(to) - share(from))}" y="0" height="${heightPx}">${inside}</rect>`;
  const { anomaly } = time;
  const isShown = anomaly !== null && anomaly.to > time.from && anomaly.from < time.to;
  return [
    gridLines(scale, frame.y, place),
    ...time.ticks.map(({ at, isDay }) => upright(isDay ? 'grid day' : 'grid hour', at)),
    ...gapsOf(time, plot.known).map((gap) => box('gap', gap, '<title>No data</title>')),
    isShown ? box('anomaly', anomaly) : '',
    isShown && anomaly.from >= time.from ? upright('onset', anomaly.from) : '',
    stretched(drawPaths(plot, frame), widthPx, heightPx),
    ...time.marks.map((at) => upright('mark', at)),
  ].join('');
}

/** Horizontal lines at the ticks of a scale. */
export function gridLines(
  { ticks }: ValueScale,
  y: (value: number) => number,
  place: (share: number) => string,
): string {
  return ticks
    .map(({ value }) => px(y(value)))
    .map((at) => `<line class="grid" x1="0" x2="${place(1)}" y1="${at}" y2="${at}"/>`)
    .join('');
}

/** Writes a share of the width: in pixels, or in percent where the width is not known. */
export function placer(widthPx: number | null): (share: number) => string {
  return widthPx === null
    ? (share) => `${(share * 100).toFixed(3)}%`
    : (share) => px(share * widthPx);
}

/** Paths on a canvas that a page stretches; a picture has its width already. */
export function stretched(paths: string, widthPx: number | null, heightPx: number): string {
  if (widthPx !== null) return paths;
  return `<svg viewBox="0 0 ${STRETCHED_PX} ${heightPx}" preserveAspectRatio="none" width="100%" height="${heightPx}">${paths}</svg>`;
}

function drawPaths({ usual, lines, time: { times } }: Plot, frame: Frame): string {
  const band = usual === null ? '' : path('band', bandPath(times, usual, frame));
  const drawn = lines.map(({ shape, tone, values }) => {
    const line = path(`line ${tone} ${shape}`, linePath(times, values, frame, shape));
    return shape === 'area' ? path('area', areaPath(times, values, frame)) + line : line;
  });
  // What the plot is about comes last, above all else.
  return band + drawn.toReversed().join('');
}

function path(kind: string, d: string): string {
  return d === '' ? '' : `<path class="${kind}" d="${d}"/>`;
}

/** A request or limit this many times above all use would press the line flat: it is named, not drawn. */
const FAR_ABOVE = 3;

/** Which lines are drawn, which are named only, and the highest value that the scale has to hold. */
export function fitLines<L extends PlotLine>(
  lines: readonly L[],
  usual: Band | null,
): { readonly drawn: readonly L[]; readonly far: readonly L[]; readonly highest: number } {
  const used = highestOf(lines.filter(({ shape }) => shape !== 'step').map(({ values }) => values));
  const isFar = ({ shape, values }: L) =>
    shape === 'step' &&
    highestOf([values]) > FAR_ABOVE * Math.max(used, highestOf([usual?.high ?? []]));
  const drawn = lines.filter((line) => !isFar(line));
  return {
    drawn,
    far: lines.filter(isFar),
    highest: highestOf([...drawn.map(({ values }) => values), usual?.high ?? []]),
  };
}

/** The highest known value, zero where there is none. */
export function highestOf(all: readonly (readonly Reading[])[]): number {
  return all.flat().reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
}
