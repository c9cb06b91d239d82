import { barChart } from '../../notify/chart/barChart.ts';
import { stackedChart, STACKED_HEIGHT } from '../../notify/chart/stackedChart.ts';
import { COLORS, type ChartColors } from '../../notify/chart/svg.ts';
import { CHART_WIDTH } from '../../notify/chart/frame.ts';
import { fromNano } from '../../model/money.ts';
import type { Digest } from '../../store/digests/digest.ts';
import { IDLE, OTHERS } from '../spend/dailySpend.ts';
import { changeText, keyText } from '../text/words.ts';
import { formatNano, formatNumber } from '../../model/text/units.ts';

/** What charts need of a digest. */
export type ChartedDigest = Pick<
  Digest,
  'week' | 'timezone' | 'currency' | 'days' | 'namespaces' | 'total' | 'cluster'
>;

/** Colours of a digest's charts. */
export interface DigestColors extends ChartColors {
  readonly series: readonly string[];
  readonly others: string;
  readonly idle: string;
}

/** Apart from each other also for eyes that see few colours. */
export const LIGHT: DigestColors = {
  ...COLORS,
  series: ['#2456d6', '#12936a', '#e2a400', '#8a4bd0', '#d4572a'],
  others: '#8b95a7',
  idle: '#d8dee9',
};

const BARS = 8;

/** Every day's cost, the week before faint; null without days. */
export function daysChart(
  digest: ChartedDigest,
  colors: DigestColors = LIGHT,
  shape: 'wide' | 'narrow' = 'wide',
): string | null {
  const { days, week, timezone, currency } = digest;
  if (days.days.length === 0 || days.series.length === 0) return null;
  const colorOf = (key: string, index: number): string => {
    if (key === IDLE) return colors.idle;
    return key === OTHERS
      ? colors.others
      : (colors.series[index % colors.series.length] ?? colors.bar);
  };
  return stackedChart(
    {
      shape,
      title: `Cost of each day, ${currency}`,
      days: days.days.map((time) =>
        new Date(time)
          .toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', timeZone: timezone })
          .replace(',', ''),
      ),
      current: days.days.filter((time) => time < week.start).length,
      series: days.series.map(({ key, nano }, index) => ({
        name: keyText(key),
        color: colorOf(key, index),
        values: nano.map(fromNano),
      })),
      tickText: (value) => formatNumber(value),
    },
    colors,
  );
}

/** The dearest namespaces, each with the week before. */
function namespacesChart(digest: ChartedDigest, colors: DigestColors = LIGHT): string | null {
  const { namespaces, currency, week } = digest;
  if (namespaces.length === 0) return null;
  const hasBefore = namespaces.some(({ beforeNano }) => beforeNano !== null);
  return barChart(
    {
      title: hasBefore
        ? `Namespaces in ${week.name}, grey: the week before`
        : `Namespaces in ${week.name}`,
      bars: namespaces.slice(0, BARS).map((spend) => ({
        name: keyText(spend.key),
        value: fromNano(spend.nano),
        before: spend.beforeNano === null ? null : fromNano(spend.beforeNano),
        label: `${formatNano(spend.nano, currency)}  ${changeText(spend, currency)}`.trim(),
      })),
    },
    colors,
  );
}

/** Both charts, one below the other, for where one picture must do. */
export function digestPicture(digest: ChartedDigest): string | null {
  const parts = [daysChart(digest), namespacesChart(digest)].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const heights = parts.map((part) => Number(/height="(\d+)"/.exec(part)?.[1] ?? STACKED_HEIGHT));
  const height = heights.reduce((sum, each) => sum + each, 0);
  const placed = parts.map((part, index) => {
    const top = heights.slice(0, index).reduce((sum, each) => sum + each, 0);
    return `<g transform="translate(0 ${top})">${part}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${height}" viewBox="0 0 ${CHART_WIDTH} ${height}"><rect width="100%" height="100%" fill="${LIGHT.background}"/>${placed.join('')}</svg>`;
}

/** What the picture shows, for who cannot see it. */
export function pictureAltText(digest: ChartedDigest): string {
  const { cluster, week, namespaces, currency, total } = digest;
  const dearest = namespaces
    .slice(0, 3)
    .map((spend) => `${keyText(spend.key)} ${formatNano(spend.nano, currency)}`)
    .join(', ');
  return `Cost of ${cluster} in ${week.name} by day and namespace: ${formatNano(total.nano, currency)}; ${dearest}`;
}
