import {
  drawStackedAreas,
  IDLE_TONE,
  isLabelled,
  OTHERS_TONE,
  stackLayers,
  toneOf,
  type Layer,
} from '../../../model/chart/stack.ts';
import { timeTicks } from '../../../model/chart/scale.ts';
import { formatMoney } from '../../../model/text/units.ts';
import { DAY_MS, type Span } from '../../../model/time.ts';
import type { SpendDays } from '../../questions/answerCosts.ts';
import type { LocalClock } from '../clock.ts';
import { html, type Html } from '../html.ts';
import { figure, labelsBelow, plotSvg, timeAxis, valueAxis } from './panel.ts';

/** More colours cannot be distinguished: the others are one area. */
const MAX_LINES = 7;
const MAX_TICKS = 10;
const MAX_DAYS = 8;
const HEIGHT = 240;

interface SpendChartOptions {
  readonly title: string;
  readonly currency: string;
  readonly clock: LocalClock;
  /** Idle capacity, on top; null where the principal may not see it. */
  readonly idle?: readonly number[] | null;
  /** End of the last sealed window: the day that it is in is not whole. */
  readonly watermark: number;
  readonly stepMs?: number;
  /** Shaded. */
  readonly anomaly?: Span;
  readonly heightPx?: number;
  readonly isHeading?: boolean;
}

/** Spend by day, or another step, as stacked areas, whole ones only: a day that has just begun would look like a saving. */
export function spendChart({ starts, lines }: SpendDays, options: SpendChartOptions): Html {
  const { currency, clock, title, watermark, anomaly, idle = null, stepMs = DAY_MS } = options;
  const { heightPx = HEIGHT, isHeading = true } = options;
  const whole = starts.flatMap((start, index) =>
    start % stepMs === 0 && start + stepMs <= watermark ? [index] : [],
  );
  const unit = stepMs === DAY_MS ? 'day' : 'hour';
  if (whole.length < 2)
    return html`<p class="note">Not enough data yet: this chart needs two whole ${unit}s.</p>`;
  const times = whole.map((index) => starts[index] ?? 0);
  const pick = (values: readonly number[]) => whole.map((index) => values[index] ?? 0);
  const layers = layersOf(lines, idle).map((layer) => ({ ...layer, values: pick(layer.values) }));
  const stack = stackLayers(layers, heightPx, (value) =>
    formatMoney(value, currency).replace(/\.00$/, ''),
  );
  const span = { from: times[0] ?? 0, to: times.at(-1) ?? 1 };
  const shareOf = (at: number) =>
    Math.max(0, Math.min(1, (at - span.from) / (span.to - span.from)));
  const drawn = drawStackedAreas(stack, times.map(shareOf));
  const shade =
    anomaly === undefined ? '' : shaded(shareOf(anomaly.from), shareOf(anomaly.to), heightPx);
  const days = times.flatMap((at, index) =>
    isLabelled(index, times.length, MAX_DAYS)
      ? [{ share: shareOf(at), text: clock.day(at).replace(/ \d{4}$/, '') }]
      : [],
  );
  const ticks = timeTicks(span.from, span.to, clock.timezone, MAX_TICKS);
  return html`${figure(
    { title, legend: layerLegend(layers), isHeading },
    html`${valueAxis(stack.scale, heightPx, 6)}
    ${plotSvg(heightPx, describe(layers, unit, currency), drawn + shade)}`,
  )}
  ${stepMs === DAY_MS ? labelsBelow(days) : timeAxis({ ...span, ticks })}`;
}

/** The names of layers with their colours. */
export function layerLegend(layers: readonly Pick<Layer, 'name' | 'tone'>[]): Html {
  return html`<ul class="legend">
    ${layers.map(
      ({ name, tone }) =>
        html`<li>
          <svg class="block" width="11" height="11" aria-hidden="true">
            <rect class="stack ${tone}" width="11" height="11" rx="2" /></svg
          >${name}
        </li>`,
    )}
  </ul>`;
}

function shaded(from: number, to: number, heightPx: number): string {
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`;
  return `<rect class="anomaly" x="${percent(from)}" width="${percent(to - from)}" y="0" height="${heightPx}"/>`;
}

function layersOf(lines: SpendDays['lines'], idle: readonly number[] | null): readonly Layer[] {
  const named = lines
    .slice(0, MAX_LINES)
    .map(({ name, values }, index) => ({ name, tone: toneOf(index), values }));
  const others = lines.slice(MAX_LINES);
  const rest = (others[0]?.values ?? []).map((_, index) =>
    others.reduce((sum, { values }) => sum + Math.max(0, values[index] ?? 0), 0),
  );
  return [
    ...named,
    ...(others.length === 0
      ? []
      : [{ name: `${others.length} others`, tone: OTHERS_TONE, values: rest }]),
    ...(idle === null ? [] : [{ name: 'idle', tone: IDLE_TONE, values: idle }]),
  ];
}

function describe(layers: readonly Layer[], unit: string, currency: string): string {
  const parts = layers.map(({ name, values }) => {
    const sum = values.reduce((total, value) => total + Math.max(0, value), 0);
    return `${name} ${formatMoney(sum, currency)}`;
  });
  return `Spend over ${layers[0]?.values.length ?? 0} ${unit}s: ${parts.join(', ')}`;
}
