import { z } from 'zod';
import { findingJsonSchema, toFindingJson, type FindingJson } from '../../model/findingJson.ts';
import { asSeenBy, findVisible } from '../security/principal.ts';
import { pageQuery, defineRoute, type ApiAnswer, type ApiRequest, type ApiRoute } from './route.ts';
import { MAX_REASON_LENGTH, type DecisionRequest } from '../../detect/findings/decideFinding.ts';
import { requestDecision } from '../changes.ts';
import type { ServeDeps } from '../deps.ts';

export const findingParams = z.strictObject({ id: z.string().min(1).max(64) });

export const listFindings = defineRoute({
  method: 'get',
  path: '/findings',
  scope: 'read',
  summary: 'Findings, newest first',
  query: z.strictObject({
    ...pageQuery,
    state: z.enum(['open', 'all']).default('open'),
    kind: findingJsonSchema.shape.kind.optional(),
    since: z.iso.datetime({ offset: true }).optional(),
  }),
  response: z.array(findingJsonSchema),
  async handle({ principal, namespaces, query }, { questions }) {
    const { state, kind = null, since: text, limit, offset } = query;
    const since = text === undefined ? null : Date.parse(text);
    const asked = { query: { state, kind, since, namespaces }, page: { limit, offset } };
    const { findings, total } = await questions.findingPage(asked);
    return { total, body: findings.map((one) => toFindingJson(asSeenBy(principal, one))) };
  },
});

export const getFinding = defineRoute({
  method: 'get',
  path: '/findings/{id}',
  scope: 'read',
  summary: 'One finding with its evidence',
  params: findingParams,
  response: findingJsonSchema,
  async handle({ principal, params }, deps) {
    return { body: toFindingJson(await findVisible(params.id, principal, deps)) };
  },
});

const reason = z.string().max(MAX_REASON_LENGTH);
const until = z.iso.datetime({ offset: true }).describe('when it is to be reviewed');

type DecisionBody = { readonly reason?: string | undefined; readonly until?: string | undefined };

export const acknowledgeFinding = decision('acknowledge', {
  scope: 'ack',
  summary: 'Acknowledges a finding: it stays open, reminders stop',
  body: z.strictObject({ reason: reason.optional() }),
});

export const acceptFinding = decision('accept', {
  scope: 'ack',
  summary:
    'Accepts a finding until a day of review; for abuse the token needs the scope silence, too',
  body: z.strictObject({ reason, until }),
});

export const notAbuse = decision('not-abuse', {
  scope: 'silence',
  summary: 'Marks a finding as not abuse: accepted, and learnt as normal',
  body: z.strictObject({ reason, until: until.optional() }),
});

export const reopenFinding = decision('reopen', {
  scope: 'ack',
  summary: 'Takes back an acknowledgement or an acceptance',
  body: z.strictObject({ reason: reason.optional() }),
});

/** The call that is named like the action, and answers with the finding as it then is. */
function decision(
  action: DecisionRequest['action'],
  call: Pick<ApiRoute, 'scope' | 'summary'> & { readonly body: z.ZodType<DecisionBody> },
): ApiRoute {
  return defineRoute({
    ...call,
    method: 'post',
    path: `/findings/{id}/${action}`,
    params: findingParams,
    response: findingJsonSchema,
    handle: (request, deps) => decide(action, request, deps),
  });
}

async function decide(
  action: DecisionRequest['action'],
  { principal, asker, params, body }: ApiRequest<{ readonly id: string }, unknown, DecisionBody>,
  deps: ServeDeps,
): Promise<ApiAnswer<FindingJson>> {
  const finding = await findVisible(params.id, principal, deps);
  const { reason, until } = body;
  const asked = {
    action,
    reason: reason ?? null,
    until: until === undefined ? null : Date.parse(until),
  };
  await requestDecision(finding, asked, asker, deps);
  return { body: toFindingJson(await findVisible(finding.id, principal, deps)) };
}
