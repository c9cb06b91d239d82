import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';
import { COLORS, niceTicks, px, svgText, type ChartColors } from './svg.ts';
import { CHART_WIDTH } from './frame.ts';

/** Amounts day by day, stacked. */
export interface StackedChart {
  readonly title: string;
  /** What stands under each column: `Mon 16`. */
  readonly days: readonly string[];
  /** Columns before this one are drawn faint: the week before. */
  readonly current: number;
  /** The lowest layer first. Negative amounts are left out of the stack. */
  readonly series: readonly {
    readonly name: string;
    readonly color: string;
    readonly values: readonly number[];
  }[];
  /** What a tick of the axis is called. */
  tickText(value: number): string;
  /** `narrow` is for phones: half as wide, its legend below. */
  readonly shape?: 'wide' | 'narrow';
}

export const STACKED_HEIGHT = 310;
const NARROW_WIDTH = 380;
const LEFT = 64;
const LEGEND_WIDTH = 150;
const LEGEND_ROW = 22;
const TOP = 46;
const BOTTOM = 34;
const GAP = 0.22;

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Right edge of the columns. */
  readonly right: number;
  y(value: number): number;
}

/** Draws a stack for each day with its legend at the right. Pure. */
export function stackedChart(chart: StackedChart, colors: ChartColors = COLORS): string {
  const { title, days, series, tickText } = chart;
  const totals = days.map((_, day) =>
    series.reduce((sum, { values }) => sum + Math.max(0, values[day] ?? 0), 0),
  );
  const ticks = niceTicks(Math.max(...totals, 1e-9), 4);
  const frame = frameOf(chart, ticks.at(-1) ?? 1);
  const { width, height, right, y } = frame;
  const grid = ticks.map(
    (tick) =>
      `<line x1="${LEFT}" x2="${right}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="${colors.grid}"/><text x="${LEFT - 8}" y="${px(y(tick) + 4)}" text-anchor="end" fill="${colors.muted}">${svgText(tickText(tick))}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter" font-size="12">`,
    `<rect width="100%" height="100%" fill="${colors.background}"/>`,
    `<text x="16" y="26" font-size="15" font-family="Inter SemiBold" fill="${colors.ink}">${svgText(truncate(cleanText(title), 90))}</text>`,
    ...grid,
    ...days.map((day, index) => column(chart, index, day, frame, colors)),
    ...legend(chart, frame, colors),
    '</svg>',
  ].join('\n');
}

function frameOf({ shape = 'wide', series }: StackedChart, max: number): Frame {
  const isNarrow = shape === 'narrow';
  const y = (value: number): number =>
    STACKED_HEIGHT - BOTTOM - (value / max) * (STACKED_HEIGHT - TOP - BOTTOM);
  const below = isNarrow ? Math.ceil(series.length / 2) * LEGEND_ROW + 8 : 0;
  return {
    width: isNarrow ? NARROW_WIDTH : CHART_WIDTH,
    height: STACKED_HEIGHT + below,
    right: isNarrow ? NARROW_WIDTH - 16 : CHART_WIDTH - LEGEND_WIDTH,
    y,
  };
}

function column(
  { days, series, current }: StackedChart,
  index: number,
  day: string,
  { right, y }: Frame,
  colors: ChartColors,
): string {
  const slot = (right - LEFT) / days.length;
  const left = LEFT + slot * (index + GAP / 2);
  const width = slot * (1 - GAP);
  let below = 0;
  const layers = series.map(({ values, color }) => {
    const value = Math.max(0, values[index] ?? 0);
    const top = y(below + value);
    const height = y(below) - top;
    below += value;
    return height < 0.05
      ? ''
      : `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(height)}" fill="${color}"/>`;
  });
  const faint = index < current ? ' opacity="0.45"' : '';
  // Names need room: of narrow columns only some have one.
  const isNamed = (days.length - 1 - index) % Math.ceil(52 / slot) === 0;
  const name = isNamed
    ? `<text x="${px(left + width / 2)}" y="${STACKED_HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="${colors.muted}">${svgText(day)}</text>`
    : '';
  return `<g${faint}>${layers.join('')}</g>${name}`;
}

/** From the top of the stack down; in two columns where it is below. */
function legend(
  { series, shape = 'wide' }: StackedChart,
  { right }: Frame,
  colors: ChartColors,
): readonly string[] {
  return series.toReversed().map(({ name, color }, index) => {
    const isBelow = shape === 'narrow';
    const row = isBelow ? Math.floor(index / 2) : index;
    const at = (isBelow ? STACKED_HEIGHT + 6 : TOP + 8) + row * LEGEND_ROW;
    const left = isBelow ? LEFT - 48 + (index % 2) * 180 : right + 16;
    return `<rect x="${left}" y="${at - 9}" width="11" height="11" rx="2" fill="${color}"/><text x="${left + 18}" y="${at}" fill="${colors.ink}">${svgText(truncate(cleanText(name), 18))}</text>`;
  });
}
