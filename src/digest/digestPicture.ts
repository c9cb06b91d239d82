import { scaleLinear } from 'd3-scale';
import { px } from '../model/chart/paths.ts';
import { heightScale } from '../model/chart/scale.ts';
import {
  columnShare,
  drawStackedColumns,
  IDLE_TONE,
  isLabelled,
  OTHERS_TONE,
  stackLayers,
  toneOf,
  type Layer,
} from '../model/chart/stack.ts';
import { fromNano } from '../model/money.ts';
import { cleanText } from '../model/text/clean.ts';
import { truncate } from '../model/text/format.ts';
import { formatNano, formatNumber } from '../model/text/units.ts';
import {
  chartLabel,
  drawLabels,
  picture,
  PICTURE_WIDTH,
  placed,
  titleText,
  drawValueAxis,
  type PlotArea,
} from '../notify/chart/picture.ts';
import type { Digest } from '../store/digests/digest.ts';
import { IDLE_KEY, OTHERS } from './spend/dailySpend.ts';
import { changeText, keyText } from './text/words.ts';

/** What charts need of a digest. */
type ChartedDigest = Pick<
  Digest,
  'week' | 'timezone' | 'currency' | 'days' | 'namespaces' | 'total' | 'cluster'
>;

/** Each day's cost by namespace, with the week before; null without days. */
export interface DailyCost {
  readonly title: string;
  readonly layers: readonly Layer[];
  /** `Mon 16`, one a column. */
  readonly labels: readonly string[];
  /** How many of the columns are of the week before. */
  readonly before: number;
}

/** What the chart of days shows, for a picture and for a page. */
export function dailyCost({ days, week, timezone, currency }: ChartedDigest): DailyCost | null {
  if (days.days.length === 0 || days.series.length === 0) return null;
  return {
    title: `Cost of each day, ${currency}`,
    layers: days.series.map(({ key, nano }, index) => ({
      name: keyText(key),
      tone: key === IDLE_KEY ? IDLE_TONE : key === OTHERS ? OTHERS_TONE : toneOf(index),
      values: nano.map(fromNano),
    })),
    labels: days.days.map((time) =>
      new Date(time)
        .toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', timeZone: timezone })
        .replace(',', ''),
    ),
    before: days.days.filter((time) => time < week.start).length,
  };
}

const LEGEND_PX = 150;
const DAYS: PlotArea = {
  left: 64,
  top: 40,
  widthPx: PICTURE_WIDTH - 64 - LEGEND_PX,
  heightPx: 236,
};
const DAYS_HEIGHT = 310;
const LEGEND_ROW = 22;
const MOST_LABELS = 14;

/** Both charts, one below the other, for where one picture must do; null for a digest without figures. */
export function digestPicture(digest: ChartedDigest): string | null {
  const days = dailyCost(digest);
  const bars = namespaceBars(digest, days === null ? 0 : DAYS_HEIGHT);
  if (days === null && bars === null) return null;
  return picture((days === null ? 0 : DAYS_HEIGHT) + (bars?.heightPx ?? 0), [
    days === null ? '' : daysChart(days),
    bars?.drawn ?? '',
  ]);
}

function daysChart({ title, layers, labels, before }: DailyCost): string {
  const stack = stackLayers(layers, DAYS.heightPx, formatNumber);
  const y = heightScale(stack.scale, DAYS.heightPx, 6);
  const below = labels.flatMap((text, index) =>
    isLabelled(index, labels.length, MOST_LABELS)
      ? [{ share: columnShare(index, labels.length), text }]
      : [],
  );
  const legend = layers.toReversed().map(({ name, tone }, index) => {
    const at = 12 + index * LEGEND_ROW;
    return `<rect class="stack ${tone}" x="${DAYS.widthPx + 16}" y="${at - 10}" width="11" height="11" rx="2"/>${chartLabel(DAYS.widthPx + 34, at, shortName(name, 18), 'start', 'name')}`;
  });
  return (
    titleText(title) +
    placed(
      DAYS,
      drawStackedColumns(stack, before, DAYS.widthPx) +
        drawValueAxis(stack.scale, y) +
        drawLabels(below, DAYS) +
        legend.join(''),
    )
  );
}

const BARS = 8;
const BAR_ROW = 34;
const BARS_TOP = 50;
const NAME_WIDTH = 190;
const LABEL_WIDTH = 170;

/** The namespaces with the highest cost, each with the week before in grey. */
function namespaceBars(
  { namespaces, currency, week }: ChartedDigest,
  top: number,
): { readonly drawn: string; readonly heightPx: number } | null {
  if (namespaces.length === 0) return null;
  const shown = namespaces.slice(0, BARS);
  const hasBefore = shown.some(({ beforeNano }) => beforeNano !== null);
  const most = Math.max(1, ...shown.flatMap(({ nano, beforeNano }) => [nano, beforeNano ?? 0]));
  const width = scaleLinear([0, most], [1, PICTURE_WIDTH - NAME_WIDTH - LABEL_WIDTH]).clamp(true);
  const bar = (kind: string, nano: number, y: number, heightPx: number) =>
    `<rect class="stack ${kind}" x="${NAME_WIDTH}" y="${y}" width="${px(width(nano))}" height="${heightPx}" rx="2"/>`;
  const rows = shown.map((spend, index) => {
    const y = top + BARS_TOP + index * BAR_ROW;
    const amount = `${formatNano(spend.nano, currency)}  ${changeText(spend, currency)}`.trim();
    return [
      chartLabel(NAME_WIDTH - 10, y + 14, shortName(keyText(spend.key), 26), 'end', 'name'),
      bar('s1', spend.nano, y + 2, 15),
      spend.beforeNano === null ? '' : bar('before', spend.beforeNano, y + 17, 6),
      chartLabel(NAME_WIDTH + width(spend.nano) + 8, y + 14, amount, 'start', 'amount'),
    ].join('');
  });
  const title = `Namespaces in ${week.name}${hasBefore ? ', grey: the week before' : ''}`;
  return {
    drawn: titleText(title, top) + rows.join(''),
    heightPx: BARS_TOP + shown.length * BAR_ROW + 12,
  };
}

function shortName(name: string, most: number): string {
  return truncate(cleanText(name), most);
}

/** What the picture shows, for who cannot see it. */
export function pictureAltText(digest: ChartedDigest): string {
  const { cluster, week, namespaces, currency, total } = digest;
  const highest = namespaces
    .slice(0, 3)
    .map((spend) => `${keyText(spend.key)} ${formatNano(spend.nano, currency)}`)
    .join(', ');
  return `Cost of ${cluster} in ${week.name} by day and namespace: ${formatNano(total.nano, currency)}; ${highest}`;
}
