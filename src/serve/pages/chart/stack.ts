import { html, raw } from 'hono/html';
import { px } from '../../../notify/chart/svg.ts';
import { DAY_MS, type Span } from '../../../model/time.ts';
import type { SpendDays } from '../../questions/spendDays.ts';
import type { Clock, Html } from '../text.ts';
import { scaleFor } from './scale.ts';
import { timeAxis } from './timeAxis.ts';
import { timeTicks } from './timeTicks.ts';
import { formatMoney } from '../../../model/text/units.ts';

/** More colours than these nobody tells apart: the others are one area. */
const MAX_LINES = 7;
const MAX_TICKS = 10;
const WIDTH = 1_000;
const HEIGHT = 240;

interface Layer {
  readonly name: string;
  readonly tone: string;
  readonly values: readonly number[];
}

export interface StackOptions {
  readonly title: string;
  readonly currency: string;
  readonly clock: Clock;
  /** What nobody was allocated, on top; null where it is not for these eyes. */
  readonly idle: readonly number[] | null;
  /** End of the last sealed window: the day that it is in is not whole. */
  readonly watermark: number;
  /** A day, unless another step is said. */
  readonly stepMs?: number;
  /** What is shaded; nothing by default. */
  readonly anomaly?: Span;
}

/** Spend by day, or another step, as stacked areas, whole ones only: a day that has just begun would look like a saving. */
export function stackChart({ starts, lines }: SpendDays, options: StackOptions): Html {
  const { currency, clock, title, watermark, anomaly, stepMs = DAY_MS } = options;
  const whole = starts.flatMap((start, index) =>
    start % stepMs === 0 && start + stepMs <= watermark ? [index] : [],
  );
  const unit = stepMs === DAY_MS ? 'day' : 'hour';
  if (whole.length < 2)
    return html`<p class="note">
      The chart of spend by ${unit} needs two whole ${unit}s of history.
    </p>`;
  const days = whole.map((index) => starts[index] ?? 0);
  const pick = (values: readonly number[]) => whole.map((index) => Math.max(0, values[index] ?? 0));
  const layers = layersOf(lines, options.idle, pick);
  const tops = stacked(layers, days.length);
  const highest = Math.max(...(tops.at(-1)?.high ?? [0]));
  const scale = scaleFor(highest, 'money', 4);
  const from = days[0] ?? 0;
  const to = days.at(-1) ?? 1;
  const x = (day: number) => (((days[day] ?? 0) - from) / (to - from)) * WIDTH;
  const y = (value: number) => HEIGHT - (value / scale.max) * (HEIGHT - 6);
  const paths = tops.map(({ tone, low, high }) => {
    const top = high.map((value, day) => `${px(x(day))} ${px(y(value))}`);
    const bottom = low.map((value, day) => `${px(x(day))} ${px(y(value))}`).toReversed();
    return `<path class="stack ${tone}" d="M${top.join('L')}L${bottom.join('L')}Z"/>`;
  });
  const dayTicks = () =>
    days
      .filter((_, index) => (days.length - 1 - index) % Math.ceil(days.length / 8) === 0)
      .map((at) => ({ at, text: clock.day(at).replace(/ \d{4}$/, ''), isDay: false }));
  const ticks = stepMs === DAY_MS ? dayTicks() : timeTicks(from, to, clock.timezone, MAX_TICKS);
  return html`<figure class="panel">
    <figcaption>
      <h3>${title}</h3>
      <ul class="legend">
        ${layers.map(
          ({ name, tone }) => html`<li><span class="key block ${tone}"></span>${name}</li>`,
        )}
      </ul>
    </figcaption>
    <div class="chart">
      <svg class="axis" width="56" height="${HEIGHT}" aria-hidden="true">
        ${scale.ticks.map(({ value }) => {
          const at = Math.max(10, Math.min(HEIGHT - 2, y(value) + 4)).toFixed(1);
          const text = value === 0 ? '0' : formatMoney(value, currency).replace(/\.00$/, '');
          return html`<text x="50" y="${at}" text-anchor="end">${text}</text>`;
        })}
      </svg>
      <svg
        class="plot"
        width="100%"
        height="${HEIGHT}"
        role="img"
        aria-label="${describe(layers, unit, currency)}"
      >
        ${scale.ticks.map(({ value }) => {
          const at = y(value).toFixed(1);
          return html`<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}" />`;
        })}
        <svg
          viewBox="0 0 ${WIDTH} ${HEIGHT}"
          preserveAspectRatio="none"
          width="100%"
          height="${HEIGHT}"
        >
          ${raw(paths.join(''))}
        </svg>
        ${anomaly === undefined ? '' : shade(anomaly, { from, to })}
      </svg>
    </div>
    ${timeAxis({ from, to, ticks })}
  </figure>`;
}

function shade(anomaly: Span, { from, to }: Span): Html {
  const percent = (at: number) =>
    (Math.max(0, Math.min(1, (at - from) / (to - from))) * 100).toFixed(2);
  const x = percent(anomaly.from);
  const width = (Number(percent(anomaly.to)) - Number(x)).toFixed(2);
  return html`<rect class="anomaly" x="${x}%" width="${width}%" y="0" height="${HEIGHT}" />`;
}

function layersOf(
  lines: SpendDays['lines'],
  idle: readonly number[] | null,
  pick: (values: readonly number[]) => readonly number[],
): readonly Layer[] {
  const named = lines.slice(0, MAX_LINES).map(({ name, values }, index) => ({
    name,
    tone: `s${index + 1}`,
    values: pick(values),
  }));
  const others = lines.slice(MAX_LINES);
  const rest = others.reduce<readonly number[]>(
    (sums, { values }) => pick(values).map((value, index) => value + (sums[index] ?? 0)),
    [],
  );
  return [
    ...named,
    ...(others.length === 0 ? [] : [{ name: `${others.length} others`, tone: 's8', values: rest }]),
    ...(idle === null ? [] : [{ name: 'idle', tone: 'idle', values: pick(idle) }]),
  ];
}

function stacked(layers: readonly Layer[], days: number) {
  let low: readonly number[] = Array.from({ length: days }, () => 0);
  return layers.map(({ tone, values }) => {
    const high = low.map((value, index) => value + (values[index] ?? 0));
    const layer = { tone, low, high };
    low = high;
    return layer;
  });
}

function describe(layers: readonly Layer[], unit: string, currency: string): string {
  const parts = layers.map(({ name, values }) => {
    const sum = values.reduce((total, value) => total + value, 0);
    return `${name} ${formatMoney(sum, currency)}`;
  });
  return `Spend over ${layers[0]?.values.length ?? 0} ${unit}s: ${parts.join(', ')}`;
}
