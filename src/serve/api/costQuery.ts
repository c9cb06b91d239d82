import { z } from 'zod';
import { parsePeriod, parseTime } from '../../model/period.ts';
import { DAY_MS, floorTo, type Span, type TimeMs } from '../../model/time.ts';
import { parseCostDimension, parseCostFilter } from '../../store/costFilter.ts';
import type { ScheduleConfig } from '../../cycle/config.ts';
import type { ServeDeps } from '../deps.ts';
import type { AskedSpan } from '../questions/answerContext.ts';
import { HttpProblem } from '../problem.ts';

/** The longest span that one call may ask for. */
const MAX_SPAN_MS = 400 * DAY_MS;
const MAX_FILTERS = 20;

/** A text that `read` understands; what it says of others is the problem. */
function readAs<T>(read: (text: string) => T) {
  return (text: string, context: z.core.$RefinementCtx<string>): T => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  };
}

/** A parameter that may come several times. */
function oneOrMore<T extends z.ZodType<unknown, string>>(one: T) {
  return z
    .union([one, z.array(one).max(MAX_FILTERS)])
    .transform((given) => (Array.isArray(given) ? given : [given]) as z.output<T>[]);
}

const dimensions = z.string().transform(readAs((text) => text.split(',').map(parseCostDimension)));

/** What every question for costs has. */
export const costQuery = {
  window: z.string().optional().describe('24h, 7d, today, lastweek, month, START,END …'),
  from: z.string().optional().describe('RFC 3339'),
  to: z.string().optional().describe('RFC 3339'),
  by: dimensions.default(['namespace']).describe('several with commas'),
  idle: z.enum(['separate', 'share']).default('separate'),
  format: z.enum(['json', 'csv']).default('json'),
};

/** Filters of costs: `filter=namespace=shop&filter=label:team!=web`. */
export const costFilters = oneOrMore(z.string().transform(readAs(parseCostFilter)))
  .default([])
  .describe('namespace=shop, owner!=team-a, label:team=~"a|b"; several must all hold');

export interface SpanQuery {
  readonly window?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly format?: 'json' | 'csv' | undefined;
}

/** The span that is asked for; the last seven days where none is. @throws HttpProblem 400 */
export function costSpan(query: SpanQuery, deps: Pick<ServeDeps, 'config' | 'now'>): AskedSpan {
  const { schedule } = deps.config();
  const now = deps.now();
  const span = spanAsOfWindow(query, now, schedule);
  if (span.to - span.from > MAX_SPAN_MS)
    throw new HttpProblem(400, 'At most 400 days can be asked for at once');
  // A table does not say its span: it is never that of the window before.
  if (query.from !== undefined || query.to !== undefined || query.format === 'csv') return span;
  // Only what ends later a window from now moves on: not `lastweek`, and no pair of times.
  const next = spanAsOfWindow(query, now + schedule.window, schedule);
  return next.to === span.to ? span : { ...span, moving: query.window ?? DEFAULT_WINDOW };
}

const DEFAULT_WINDOW = '7d';

/**
 * The span as of the end of the last whole window: no later window can be sealed, and all who ask before the
 * next one ends share one answer. As of now where nothing is left of the span that way (`today`, just after midnight).
 */
function spanAsOfWindow(query: SpanQuery, now: TimeMs, { timezone, window }: ScheduleConfig): Span {
  try {
    return spanOf(query, floorTo(now, window), timezone);
  } catch {
    return spanOf(query, now, timezone);
  }
}

function spanOf(query: SpanQuery, now: number, timezone: string): Span {
  if (query.from === undefined && query.to === undefined) {
    try {
      const { start, end } = parsePeriod(query.window ?? DEFAULT_WINDOW, now, timezone);
      if (start >= end) throw new RangeError('nothing of it has passed yet');
      return { from: start, to: end };
    } catch (error) {
      throw new HttpProblem(400, `window: ${(error as RangeError).message}`);
    }
  }
  if (query.window !== undefined) throw new HttpProblem(400, 'Give either window, or from and to');
  const from = parseTime(query.from ?? '');
  const to = query.to === undefined ? now : parseTime(query.to);
  if (from === null || to === null || from >= to)
    throw new HttpProblem(400, 'from and to must be RFC 3339 times in order');
  return { from, to };
}
