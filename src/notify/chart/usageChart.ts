import { TZDate } from '@date-fns/tz';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Reading } from '../../model/reading.ts';
import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';
import { BOTTOM, CHART_HEIGHT, CHART_WIDTH, LEFT, RIGHT, TOP, type Frame } from './frame.ts';
import { chartLabels, drawn, type Levels } from './labels.ts';
import { COLORS, niceTicks, px, svgText } from './svg.ts';
import { formatNumber } from '../../model/text/units.ts';

/** One line over time with what it is measured against. Values share `unit`. */
export interface UsageChart extends Levels {
  readonly title: string;
  readonly unit: string;
  /** Oldest first; unknown values leave a gap. */
  readonly points: readonly { readonly at: TimeMs; readonly value: Reading }[];
  /** Shaded: where the finding says that something is wrong. */
  readonly anomaly: { readonly from: TimeMs; readonly to: TimeMs } | null;
  readonly timezone: string;
}

/** Draws usage against request, limit and normal, the anomaly shaded. Pure: the same data, the same SVG. */
export function usageChart(chart: UsageChart): string {
  const from = chart.points[0]?.at ?? 0;
  const to = Math.max(chart.points.at(-1)?.at ?? 1, from + 1);
  const known = chart.points.flatMap(({ value }) => value ?? []);
  const top = Math.max(0, ...known, chart.normal?.high ?? 0);
  // A limit far above all use would press the line flat: it is named at the upper edge instead.
  const fits = (value: Reading) => value !== null && value <= top * 4;
  const shown = [chart.request, chart.limit].filter(fits).map(Number);
  const ticks = niceTicks(Math.max(top, ...shown, 1e-3) * 1.05, 4);
  const max = ticks.at(-1) ?? 1;
  const x = (at: TimeMs) =>
    LEFT + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (CHART_WIDTH - LEFT - RIGHT);
  const y = (value: number) =>
    CHART_HEIGHT - BOTTOM - (value / max) * (CHART_HEIGHT - TOP - BOTTOM);
  const frame = { x, y, max };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${CHART_HEIGHT}" viewBox="0 0 ${CHART_WIDTH} ${CHART_HEIGHT}" font-family="Inter" font-size="12">`,
    `<rect width="100%" height="100%" fill="${COLORS.background}"/>`,
    `<text x="16" y="26" font-size="15" font-family="Inter SemiBold" fill="${COLORS.ink}">${svgText(`${truncate(cleanText(chart.title), 80)}, ${chart.unit}`)}</text>`,
    anomaly(chart, frame),
    normal(chart, frame),
    ...ticks.map((tick) => grid(tick, frame)),
    timeAxis(from, to, chart.timezone, frame),
    line(chart, frame),
    ...levels(chart, frame),
    ...chartLabels(chart, frame),
    '</svg>',
  ].join('\n');
}

function anomaly({ anomaly: span }: UsageChart, { x }: Frame): string {
  if (span === null) return '';
  const left = x(span.from);
  const width = Math.max(2, x(span.to) - left);
  const height = CHART_HEIGHT - TOP - BOTTOM;
  return `<rect x="${px(left)}" y="${TOP}" width="${px(width)}" height="${height}" fill="${COLORS.anomalyFill}"/><rect x="${px(left)}" y="${TOP}" width="2" height="${height}" fill="${COLORS.anomaly}"/>`;
}

function normal({ normal: band }: UsageChart, { y, max }: Frame): string {
  if (band === null) return '';
  const upper = y(Math.min(max, Math.max(band.high, band.low + max * 0.008)));
  const height = Math.max(2, y(Math.min(max, band.low)) - upper);
  const width = CHART_WIDTH - LEFT - RIGHT;
  return `<rect x="${LEFT}" y="${px(upper)}" width="${width}" height="${px(height)}" fill="${COLORS.normal}" fill-opacity="0.75"/>`;
}

function grid(tick: number, { y }: Frame): string {
  const at = px(y(tick));
  const name = formatNumber(tick);
  return `<line x1="${LEFT}" x2="${CHART_WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="${COLORS.grid}"/><text x="${LEFT - 8}" y="${px(y(tick) + 4)}" text-anchor="end" fill="${COLORS.muted}">${name}</text>`;
}

/** The known stretches; those within the anomaly are drawn red. */
function line({ points, anomaly: span }: UsageChart, { x, y, max }: Frame): string {
  const calm: string[] = [];
  const wrong: string[] = [];
  let before: { at: TimeMs; value: number } | null = null;
  for (const { at, value } of points) {
    if (value !== null && before !== null) {
      const isWrong = span !== null && at > span.from && at <= span.to;
      const from = `${px(x(before.at))} ${px(y(Math.min(max, before.value)))}`;
      (isWrong ? wrong : calm).push(`M${from}L${px(x(at))} ${px(y(Math.min(max, value)))}`);
    }
    before = value === null ? null : { at, value };
  }
  const path = (parts: readonly string[], color: string) =>
    parts.length === 0
      ? ''
      : `<path d="${parts.join('')}" fill="none" stroke="${color}" stroke-width="2" stroke-linecap="round"/>`;
  return path(calm, COLORS.line) + path(wrong, COLORS.anomaly);
}

/** The lines of what the use is measured against; one that is far above is only named. */
function levels({ request, limit }: UsageChart, { y, max }: Frame): readonly string[] {
  const level = (value: Reading, color: string) =>
    value === null || value > max
      ? ''
      : `<line x1="${LEFT}" x2="${CHART_WIDTH - RIGHT}" y1="${px(y(value))}" y2="${px(y(value))}" stroke="${color}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
  return [level(drawn(request), COLORS.request), level(drawn(limit), COLORS.limit)];
}

/** Full hours of the reader's time zone, some six of them. */
function timeAxis(from: TimeMs, to: TimeMs, timezone: string, { x }: Frame): string {
  const steps = [1, 2, 3, 6, 12, 24, 48, 96, 168].map((hours) => hours * HOUR_MS);
  const step = steps.find((size) => (to - from) / size <= 7) ?? Math.ceil((to - from) / 6);
  const labels: string[] = [];
  const offset = new TZDate(from, timezone).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - offset) / step) * step + offset;
  for (let at = first; at <= to; at += step) {
    const local = new TZDate(at, timezone);
    const hour = `${String(local.getHours()).padStart(2, '0')}:${String(local.getMinutes()).padStart(2, '0')}`;
    const isMidnight = local.getHours() === 0 && local.getMinutes() === 0;
    const day = local.toLocaleDateString('en-GB', {
      day: 'numeric',
      month: 'short',
      timeZone: timezone,
    });
    labels.push(
      `<text x="${px(x(at))}" y="${CHART_HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="${COLORS.muted}">${isMidnight ? day : hour}</text>`,
    );
  }
  return labels.join('');
}
