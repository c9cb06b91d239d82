import { z } from 'zod';
import { SEVERITIES } from '../../model/finding.ts';
import { SIGNAL_CLASSES, SIGNAL_SOURCES, type Signal } from '../../model/signal.ts';
import { DAY_MS, formatTime } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import { defineRoute, pageQuery } from './route.ts';

const time = z.iso.datetime({ offset: true });

const signalSchema = z.object({
  id: z.string(),
  source: z.enum(SIGNAL_SOURCES),
  class: z.enum(SIGNAL_CLASSES).describe('what the event says, whatever tool says it'),
  rule: z.string().describe('the tool’s name of the rule, alert or report'),
  severity: z.enum(SEVERITIES),
  at: time,
  count: z.number().int(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
  podUid: z.string().optional(),
  workload: z.object({ kind: z.string(), name: z.string() }).optional(),
  container: z.string().optional(),
  image: z.string().optional(),
  node: z.string().optional(),
  user: z.string().optional(),
  userAgent: z.string().optional(),
  sourceIps: z.array(z.string()),
  text: z.string(),
  facts: z.record(z.string(), z.string()),
});

export const listSignals = defineRoute({
  method: 'get',
  path: '/signals',
  scope: 'read',
  summary: 'Events of other tools, newest first',
  query: z.strictObject({
    ...pageQuery,
    namespace: z.string().max(253).optional(),
    kind: z.string().max(253).optional().describe('of the workload'),
    workload: z.string().max(253).optional(),
    source: z.enum(SIGNAL_SOURCES).optional(),
    class: z.enum(SIGNAL_CLASSES).optional(),
    since: time.optional().describe('one day ago by default'),
    until: time.optional(),
  }),
  response: z.array(signalSchema),
  async handle({ namespaces, query }, { questions, now }) {
    const { namespace = null, kind, workload, source = null, limit, offset } = query;
    if (
      (kind === undefined) !== (workload === undefined) ||
      (workload !== undefined && namespace === null)
    )
      throw new HttpProblem(400, 'A workload needs namespace, kind and workload');
    const { signals, total } = await questions.signals({
      from: query.since === undefined ? now() - DAY_MS : Date.parse(query.since),
      to: query.until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(query.until),
      limit,
      offset,
      namespace,
      workload: kind === undefined || workload === undefined ? null : { kind, name: workload },
      source,
      class: query.class ?? null,
      namespaces,
    });
    return { total, body: signals.map(toSignalJson) };
  },
});

/** A signal in its outside form: what is not known is left out. */
function toSignalJson({ target, actor, at, ...signal }: Signal) {
  const { userAgent, user, sourceIps } = actor;
  const known = Object.entries({ ...target, user, userAgent }).filter(
    ([, value]) => value !== null,
  );
  return { ...signal, at: formatTime(at), ...Object.fromEntries(known), sourceIps };
}
