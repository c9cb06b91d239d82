import { medianOf } from '../model/quantile.ts';
import { DAY_MS, floorTo, type TimeMs } from '../model/time.ts';

/** What was spent on each complete UTC day, oldest first, without gaps; units of currency. */
export interface SpendSeries {
  /** Start of the first day. */
  readonly start: TimeMs;
  readonly days: readonly number[];
}

/** Expected spend over a span with its 80 % interval: one time in ten it will be below, one in ten above. */
export interface Forecast {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer days than these say nothing about a month. */
const MIN_FORECAST_DAYS = 3;

const WEEK = 7;
/** Older days than these are another time. */
const MAX_DAYS = 8 * WEEK;
/** Days after which a day counts half: a step is followed within a week, noise is averaged over one. */
const HALF_LIFE_DAYS = 4;
/** Of a normal distribution 80 % lies within ±1.2816 standard deviations. */
const Z80 = 1.2816;
/** Relative error to assume of a forecast that has not been tried yet. */
const UNTRIED_ERROR = 0.2;

/**
 * Forecasts spend in `[from, to)`, which begins where the series ends or later. A day is expected to cost
 * the recent level times its weekday's factor. The level is an exponentially weighted mean of the
 * deseasonalised days (half-life four days; a single odd day is smoothed away by a running median of
 * three); weekday factors are medians over at least two weeks.
 *
 * The interval is not from a formula but from trial: the same forecast is made from every earlier day of the
 * series over as many days, and how wrong those were is how wrong this one may be; a young series
 * counts as wrong by 20 % until it has been tried.
 *
 * Null with fewer than three days.
 */
export function forecastSpend(series: SpendSeries, from: TimeMs, to: TimeMs): Forecast | null {
  const recent = tail(series, MAX_DAYS);
  if (recent.days.length < MIN_FORECAST_DAYS) return null;
  const model = fit(recent);
  const expected = expectedBetween(model, from, to);
  const error = triedError(recent, Math.max(1, Math.round((to - from) / DAY_MS)));
  return {
    expected,
    low: Math.max(0, expected * (1 - Z80 * error)),
    high: expected * (1 + Z80 * error),
  };
}

interface Model {
  readonly level: number;
  /** Seven factors by weekday of the epoch (day 0 was a Thursday); their mean is 1. */
  readonly factors: readonly number[];
}

function fit({ start, days }: SpendSeries): Model {
  const factors = weekdayFactors({ start, days });
  const flat = days.map((spend, index) => {
    const factor = factors[weekday(start + index * DAY_MS)] ?? 1;
    return factor > 0 ? spend / factor : spend;
  });
  let weights = 0;
  let sum = 0;
  for (let index = 0; index < flat.length; index++) {
    const weight = 0.5 ** ((flat.length - 1 - index) / HALF_LIFE_DAYS);
    sum += weight * runningMedian(flat, index);
    weights += weight;
  }
  return { level: sum / weights, factors };
}

/** Median over the weeks of each weekday's share of its week's mean; all 1 with less than two weeks. */
function weekdayFactors({ start, days }: SpendSeries): readonly number[] {
  const weeks = Math.floor(days.length / WEEK);
  const even = Array.from({ length: WEEK }, () => 1);
  if (weeks < 2) return even;
  const ratios: number[][] = even.map(() => []);
  const first = days.length - weeks * WEEK;
  for (let week = 0; week < weeks; week++) {
    const at = first + week * WEEK;
    const mean = days.slice(at, at + WEEK).reduce((sum, spend) => sum + spend, 0) / WEEK;
    if (mean <= 0) continue;
    for (let day = 0; day < WEEK; day++) {
      ratios[weekday(start + (at + day) * DAY_MS)]?.push((days[at + day] ?? 0) / mean);
    }
  }
  const factors = ratios.map((each) => (each.length === 0 ? 1 : medianOf(each)));
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / WEEK;
  return mean > 0 ? factors.map((factor) => factor / mean) : even;
}

function expectedBetween({ level, factors }: Model, from: TimeMs, to: TimeMs): number {
  let sum = 0;
  for (let day = floorTo(from, DAY_MS); day < to; day += DAY_MS) {
    const share = (Math.min(to, day + DAY_MS) - Math.max(from, day)) / DAY_MS;
    sum += share * level * (factors[weekday(day)] ?? 1);
  }
  return sum;
}

/**
 * Root mean square relative error of the same forecast over `horizon` days (or as many as the series can try
 * with a week to learn from), made from every earlier day. Trials that overlap count as part of one.
 */
function triedError({ start, days }: SpendSeries, horizon: number): number {
  const learn = Math.min(WEEK, Math.max(MIN_FORECAST_DAYS, Math.floor(days.length / 2)));
  const span = Math.min(horizon, Math.max(1, Math.floor((days.length - learn) / 2)));
  let squares = 0;
  let trials = 0;
  for (let origin = learn; origin + span <= days.length; origin++) {
    const model = fit({ start, days: days.slice(0, origin) });
    const from = start + origin * DAY_MS;
    const expected = expectedBetween(model, from, from + span * DAY_MS);
    const actual = days.slice(origin, origin + span).reduce((sum, spend) => sum + spend, 0);
    const scale = Math.max(expected, actual);
    if (scale <= 0) continue;
    squares += ((actual - expected) / scale) ** 2;
    trials += 1;
  }
  const independent = trials / Math.max(1, span / 2);
  const error = trials === 0 ? UNTRIED_ERROR : Math.sqrt(squares / trials);
  const weight = 1 / (1 + independent);
  const blended = Math.sqrt(weight * UNTRIED_ERROR ** 2 + (1 - weight) * error ** 2);
  // Further than could be tried a sum's relative error grows slowly: noise averages out, drift adds up.
  return Math.min(1, blended * Math.max(1, horizon / span) ** 0.25);
}

function runningMedian(values: readonly number[], index: number): number {
  const from = Math.max(0, Math.min(index - 1, values.length - 3));
  return medianOf(values.slice(from, from + 3));
}

function weekday(time: TimeMs): number {
  return Math.floor(time / DAY_MS) % WEEK;
}

function tail({ start, days }: SpendSeries, count: number): SpendSeries {
  const skipped = Math.max(0, days.length - count);
  return { start: start + skipped * DAY_MS, days: days.slice(skipped) };
}
