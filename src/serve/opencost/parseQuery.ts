import { QuestionRefused } from '../questions/answerContext.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs, type Window } from '../../model/time.ts';
import type { Filter } from './filter/filterForm.ts';
import { parseFilter } from './filter/parseFilter.ts';
import { parseAggregate, type AggregateField } from './parseAggregate.ts';
import { parseStep, parseWindow } from './parseWindow.ts';

export interface OpenCostQuery {
  /** One answer for each, oldest first. */
  readonly sets: readonly Window[];
  readonly fields: readonly AggregateField[];
  readonly includeIdle: boolean;
  readonly shareIdle: boolean;
  readonly idleByNode: boolean;
  /** Which allocations are wanted; null for all. */
  readonly filter: Filter | null;
}

/** More sets than a year of days or six weeks of hours are a mistake. */
const MAX_SETS = 1_000;
const MAX_SPAN_MS = 400 * DAY_MS;

/** They would change what the figures mean; left out in silence, a script would be told lies. */
const UNSUPPORTED = [
  'sharelb',
  'includeProportionalAssetResourceCosts',
  'includeAggregatedMetadata',
];

/**
 * Reads the parameters of `/allocation/compute` (opencost pkg/costmodel/aggregation.go,
 * `ComputeAllocationHandler`; `idle` is Kubecost's name for `includeIdle`). `resolution` is accepted and has
 * no effect: the history's windows are the resolution.
 * @throws QuestionRefused with what is wrong.
 */
export function parseQuery(params: URLSearchParams, now: TimeMs): OpenCostQuery {
  for (const name of UNSUPPORTED) {
    const value = params.get(name);
    if (value !== null && value !== '' && !isFalse(value)) {
      throw new QuestionRefused(`the parameter "${name}" is not supported`);
    }
  }
  for (const name of params.keys()) {
    // Kubecost's older way, `filterNamespaces=shop`.
    if (/^filter./.test(name)) {
      throw new QuestionRefused(
        `the parameter "${name}" is not supported; use filter=namespace:"shop"`,
      );
    }
  }
  const text = params.get('window') ?? '';
  const window = parseWindow(text, now);
  if (window === null || window.start >= window.end) {
    throw new QuestionRefused(
      `illegal window: "${text}"; use today, yesterday, week, month, lastweek, lastmonth, a duration ` +
        `such as 24h or 7d, or a pair of RFC 3339 or Unix times`,
    );
  }
  if (window.end - window.start > MAX_SPAN_MS) {
    throw new QuestionRefused(`illegal window: at most ${MAX_SPAN_MS / DAY_MS} days at once`);
  }
  return {
    sets: cutSets(window, params),
    fields: parseAggregate(params.get('aggregate') ?? ''),
    includeIdle: flag(params, 'includeIdle') || flag(params, 'idle'),
    shareIdle: flag(params, 'shareIdle'),
    idleByNode: flag(params, 'idleByNode'),
    filter: parseFilter(params.get('filter') ?? ''),
  };
}

function cutSets(window: Window, params: URLSearchParams): readonly Window[] {
  const by = params.get('accumulateBy') ?? '';
  if (by === 'all' || (by === '' && flag(params, 'accumulate'))) return [window];
  const next = by === '' ? stepper(window, params) : calendar(by);
  const sets: Window[] = [];
  for (let start = window.start; start < window.end;) {
    const end = Math.min(next(start), window.end);
    sets.push({ start, end });
    if (sets.length > MAX_SETS) throw new QuestionRefused(`step: more than ${MAX_SETS} sets`);
    start = end;
  }
  return sets;
}

function stepper(window: Window, params: URLSearchParams): (start: TimeMs) => TimeMs {
  const text = params.get('step') ?? '';
  const step = text === '' ? window.end - window.start : parseStep(text);
  if (step === null) throw new QuestionRefused(`illegal step: "${text}"; use for example 1h or 1d`);
  return (start) => start + step;
}

/** Hours, days, weeks (from Sunday), months and quarters of the UTC calendar. */
function calendar(by: string): (start: TimeMs) => TimeMs {
  const month = (start: TimeMs, months: number): TimeMs => {
    const date = new Date(start);
    const first = Math.floor(date.getUTCMonth() / months) * months;
    return Date.UTC(date.getUTCFullYear(), first + months, 1);
  };
  switch (by) {
    case 'hour':
      return (start) => floorTo(start, HOUR_MS) + HOUR_MS;
    case 'day':
      return (start) => floorTo(start, DAY_MS) + DAY_MS;
    case 'week':
      return (start) => floorTo(start - 3 * DAY_MS, 7 * DAY_MS) + 10 * DAY_MS;
    case 'month':
      return (start) => month(start, 1);
    case 'quarter':
      return (start) => month(start, 3);
    default:
      throw new QuestionRefused(
        `illegal accumulateBy: "${by}"; use all, hour, day, week, month or quarter`,
      );
  }
}

/** Go's notion of true; and `weighted`, which is how Kubecost asks for shared idle. */
function flag(params: URLSearchParams, name: string): boolean {
  const value = params.get(name) ?? '';
  if (/^(1|t|true|weighted)$/i.test(value)) return true;
  if (value === '' || isFalse(value)) return false;
  throw new QuestionRefused(`illegal ${name}: "${value}"; use true or false`);
}

function isFalse(value: string): boolean {
  return /^(0|f|false)$/i.test(value);
}
