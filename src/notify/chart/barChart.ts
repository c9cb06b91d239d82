import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';
import { CHART_WIDTH } from './frame.ts';
import { COLORS, px, svgText, type ChartColors } from './svg.ts';

/** Horizontal bars, each with the same thing before it in grey. */
export interface BarChart {
  readonly title: string;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    /** Null where there is nothing to compare with. */
    readonly before: number | null;
    /** What stands at the bar's end: the amount and its change. */
    readonly label: string;
  }[];
}

const ROW = 34;
const TOP = 50;
const NAME_WIDTH = 190;
const LABEL_WIDTH = 170;

/** Draws bars; as tall as it needs to be. Pure. */
export function barChart({ title, bars }: BarChart, colors: ChartColors = COLORS): string {
  const height = TOP + bars.length * ROW + 12;
  const max = Math.max(1e-9, ...bars.flatMap(({ value, before }) => [value, before ?? 0]));
  const room = CHART_WIDTH - NAME_WIDTH - LABEL_WIDTH;
  const width = (value: number) => px(Math.max(1, (Math.max(0, value) / max) * room));
  const rows = bars.map(({ name, value, before, label }, index) => {
    const y = TOP + index * ROW;
    const grey =
      before === null
        ? ''
        : `<rect x="${NAME_WIDTH}" y="${y + 17}" width="${width(before)}" height="6" rx="2" fill="${colors.barBefore}"/>`;
    return `<text x="${NAME_WIDTH - 10}" y="${y + 14}" text-anchor="end" fill="${colors.ink}">${svgText(truncate(cleanText(name), 26))}</text><rect x="${NAME_WIDTH}" y="${y + 2}" width="${width(value)}" height="15" rx="2" fill="${colors.bar}"/>${grey}<text x="${px(NAME_WIDTH + (Math.max(0, value) / max) * room + 8)}" y="${y + 14}" fill="${colors.muted}">${svgText(truncate(cleanText(label), 32))}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${height}" viewBox="0 0 ${CHART_WIDTH} ${height}" font-family="Inter" font-size="12.5">`,
    `<rect width="100%" height="100%" fill="${colors.background}"/>`,
    `<text x="16" y="26" font-size="15" font-family="Inter SemiBold" fill="${colors.ink}">${svgText(truncate(cleanText(title), 90))}</text>`,
    ...rows,
    '</svg>',
  ].join('\n');
}
