import { z } from 'zod';
import { parseTime } from '../../model/period.ts';
import { DAY_MS, formatTime, HOUR_MS, type Span } from '../../model/time.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { maySee, findVisible } from '../security/principal.ts';
import { eachColumn, type WorkloadSeries } from '../series/readSeries.ts';
import { findingSpan } from '../series/span.ts';
import { findingParams } from './findings.ts';
import { defineRoute } from './route.ts';

/** Points that one answer may have at most. */
const MAX_POINTS = 2_000;
const MAX_SPAN_MS = 400 * DAY_MS;

const time = z.iso.datetime();
const column = z.array(z.number().nullable()).describe('null is unknown, never zero');

const spanQuery = {
  from: z.string().optional().describe('RFC 3339 or Unix seconds'),
  to: z.string().optional().describe('RFC 3339 or Unix seconds'),
  points: z.coerce.number().int().min(2).max(MAX_POINTS).default(MAX_POINTS),
};

const seriesSchema = z.object({
  from: time,
  to: time,
  ranges: z
    .array(
      z.object({
        from: time,
        to: time,
        source: z.enum(['prometheus', 'window', 'hour']),
        resolutionSeconds: z.number(),
      }),
    )
    .describe('where each stretch came from, and how fine it is'),
  times: z.array(time).describe('ends of the stretches that the values are means over'),
  values: z.object(eachColumn(() => column)),
});

export const getFindingSeries = defineRoute({
  method: 'get',
  path: '/findings/{id}/series',
  scope: 'read',
  summary: 'Resource use of the finding’s workload, from a day before to a day after it',
  params: findingParams,
  query: z.strictObject(spanQuery),
  response: seriesSchema,
  async handle({ principal, params, query }, deps) {
    const finding = await findVisible(params.id, principal, deps);
    const { watermark } = await deps.reader.status();
    const span = spanOf(query, findingSpan(finding, watermark));
    const { scope, pods } = finding;
    const asked = { finding: { scope, pods }, ...span, maxPoints: query.points };
    const series = await deps.questions.findingSeries(asked);
    if (series === null) throw new HttpProblem(404, 'This finding is about no workload');
    return { body: toJson(span, series) };
  },
});

export const getSeries = defineRoute({
  method: 'get',
  path: '/series',
  scope: 'read',
  summary: 'Resource use of a workload: the sum over its pods, or one of them',
  query: z.strictObject({
    namespace: z.string().min(1).max(253),
    kind: z.string().min(1).max(253),
    workload: z.string().min(1).max(253),
    container: z.string().min(1).max(253).optional(),
    pod: z.string().min(1).max(253).optional(),
    ...spanQuery,
  }),
  response: seriesSchema,
  async handle({ principal, query }, deps) {
    const { namespace } = query;
    if (!maySee(principal, namespace)) throw new HttpProblem(404, 'There is no such namespace');
    const span = spanOf(query, await lastDay(deps));
    const workload = { kind: query.kind, name: query.workload };
    const { pod = null, container = null, points: maxPoints } = query;
    const asked = { namespace, workload, container, pod, ...span, maxPoints };
    return { body: toJson(span, await deps.questions.series(asked)) };
  },
});

async function lastDay({ reader, now }: ServeDeps): Promise<Span> {
  const to = (await reader.status()).watermark ?? now();
  return { from: to - 24 * HOUR_MS, to };
}

function spanOf(
  query: { readonly from?: string | undefined; readonly to?: string | undefined },
  usual: Span,
): Span {
  const from = query.from === undefined ? usual.from : parseTime(query.from);
  const to = query.to === undefined ? usual.to : parseTime(query.to);
  if (from === null || to === null || from >= to)
    throw new HttpProblem(400, 'from and to must be times, from before to');
  if (to - from > MAX_SPAN_MS)
    throw new HttpProblem(400, 'At most 400 days can be asked for at once');
  return { from, to };
}

function toJson({ from, to }: Span, { times, columns, ranges }: WorkloadSeries) {
  return {
    from: formatTime(from),
    to: formatTime(to),
    ranges: ranges.map((range) => ({
      from: formatTime(range.from),
      to: formatTime(range.to),
      source: range.source,
      resolutionSeconds: range.resolutionMs / 1_000,
    })),
    times: times.map(formatTime),
    values: eachColumn((name) => columns[name]),
  };
}
