import type { Reading } from '../../model/reading.ts';
import { BOTTOM, CHART_HEIGHT, CHART_WIDTH, RIGHT, TOP, type Frame } from './frame.ts';
import { COLORS, px, svgText } from './svg.ts';
import { formatNumber } from '../../model/text/units.ts';

/** What use is measured against, in the chart's unit; null where it is not known. */
export interface Levels {
  readonly request: Reading;
  readonly limit: Reading;
  /** What is usual for this workload; null while it is not known. */
  readonly normal: { readonly low: number; readonly high: number } | null;
}

interface Label {
  readonly at: number;
  readonly text: string;
  readonly color: string;
}

/** Less than this apart, two labels could not be read. */
const LABEL_HEIGHT = 14;

/** A request or a limit of nothing is none: there is no line for it. */
export function drawn(level: Reading): Reading {
  return level === 0 ? null : level;
}

/** The names at the right edge, each at its line, moved apart where they would lie on each other. */
export function chartLabels(
  { request, limit, normal: band }: Levels,
  frame: Frame,
): readonly string[] {
  const { y, max } = frame;
  const named = (value: Reading, text: string, color: string): readonly Label[] => {
    if (value === null) return [];
    if (value <= max) return [{ at: y(value) + 4, text, color }];
    return [{ at: TOP - 6, text: `${text} ${formatNumber(value)}`, color }];
  };
  const usual = band === null ? null : Math.min(max, (band.low + band.high) / 2);
  const all = [
    ...named(drawn(limit), 'limit', COLORS.limit),
    ...named(drawn(request), 'request', COLORS.request),
    ...named(usual, 'usual', COLORS.muted),
  ].sort((a, b) => a.at - b.at);
  let free = Number.NEGATIVE_INFINITY;
  const placed = all.map(({ at, text, color }) => {
    const top = Math.max(at, free);
    free = top + LABEL_HEIGHT;
    return { at: top, text, color };
  });
  // Those that were pushed out at the bottom push the others up again.
  let lowest = CHART_HEIGHT - BOTTOM + 4;
  return placed.toReversed().map(({ at, text, color }) => {
    const bottom = Math.min(at, lowest);
    lowest = bottom - LABEL_HEIGHT;
    return `<text x="${CHART_WIDTH - RIGHT + 6}" y="${px(bottom)}" fill="${color}">${svgText(text)}</text>`;
  });
}
