import { z } from 'zod';
import { findingJsonSchema, toFindingJson, type FindingJson } from '../../findings/findingJson.ts';
import { decideFinding, type DecisionRequest } from '../changes/decide.ts';
import type { ServeDeps } from '../deps.ts';
import { findVisible } from '../security/visibleFinding.ts';
import { findingParams } from './findings.ts';
import { defineRoute, type ApiAnswer, type ApiRequest } from './route.ts';

const reason = z.string().max(500);
const until = z.iso.datetime({ offset: true }).describe('when it is to be reviewed');

type DecisionBody = { readonly reason?: string | undefined; readonly until?: string | undefined };

export const acknowledgeFinding = defineRoute({
  method: 'post',
  path: '/findings/{id}/acknowledge',
  scope: 'ack',
  summary: 'Somebody looks after it: it stays open, reminders stop',
  params: findingParams,
  body: z.strictObject({ reason: reason.optional() }),
  response: findingJsonSchema,
  handle: (request, deps) => decide('acknowledge', request, deps),
});

export const acceptFinding = defineRoute({
  method: 'post',
  path: '/findings/{id}/accept',
  scope: 'ack',
  summary: 'It is all right, until a day of review; abuse takes the scope silence as well',
  params: findingParams,
  body: z.strictObject({ reason, until }),
  response: findingJsonSchema,
  handle: (request, deps) => decide('accept', request, deps),
});

export const notAbuse = defineRoute({
  method: 'post',
  path: '/findings/{id}/not-abuse',
  scope: 'silence',
  summary: 'It is no abuse: accepted, and learnt as normal',
  params: findingParams,
  body: z.strictObject({ reason, until: until.optional() }),
  response: findingJsonSchema,
  handle: (request, deps) => decide('not-abuse', request, deps),
});

export const reopenFinding = defineRoute({
  method: 'post',
  path: '/findings/{id}/reopen',
  scope: 'ack',
  summary: 'Takes back an acknowledgement or an acceptance',
  params: findingParams,
  body: z.strictObject({ reason: reason.optional() }),
  response: findingJsonSchema,
  handle: (request, deps) => decide('reopen', request, deps),
});

async function decide(
  action: DecisionRequest['action'],
  request: ApiRequest<{ readonly id: string }, unknown, DecisionBody>,
  deps: ServeDeps,
): Promise<ApiAnswer<FindingJson>> {
  const { principal } = request.context.var;
  const finding = await findVisible(request.params.id, principal, deps);
  const { reason, until } = request.body;
  const wish = {
    action,
    reason: reason ?? null,
    until: until === undefined ? null : Date.parse(until),
  };
  await decideFinding(finding, wish, { principal, door: 'api' }, deps);
  return { body: toFindingJson(await findVisible(finding.id, principal, deps)) };
}
