import { z } from 'zod';
import { MAX_REASON_LENGTH } from '../../detect/findings/decideFinding.ts';
import {
  evidenceJsonSchema,
  responseJsonSchema,
  toEvidenceJson,
  toResponseJson,
  toWholeResponseJson,
  wholeResponseJsonSchema,
} from '../../respond/responseJson.ts';
import { trailOf } from '../../respond/record.ts';
import { RESPONSE_ACTIONS } from '../../store/responses.ts';
import {
  approveResponse,
  planResponse,
  undoResponse,
  visibleResponse,
  visibleResponses,
} from '../responses.ts';
import { defineRoute, pageOf, pageQuery, type ApiRoute } from './route.ts';

const params = z.strictObject({ id: z.string().min(1).max(64) });
const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('of the plan that was looked at; refused where another one stands');

/** Responses kept in the list at most, of all that there were. */
const MAX_LISTED = 10_000;

export const RESPONSE_ROUTES: readonly ApiRoute[] = [
  defineRoute({
    method: 'get',
    path: '/response',
    scope: 'read',
    summary: 'Responses to findings, newest first',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(['open', 'all']).default('open'),
      finding: z.string().max(64).optional(),
    }),
    response: z.array(responseJsonSchema),
    async handle({ principal, query }, deps) {
      const isOpen = query.state === 'open';
      const asked = { isOpen, findingId: query.finding ?? null, limit: MAX_LISTED };
      const all = await visibleResponses(asked, principal, deps);
      return pageOf(all, query, (one) => toResponseJson(one, deps.now()));
    },
  }),
  defineRoute({
    method: 'post',
    path: '/response',
    scope: 'ack',
    summary:
      'Plans a response to a finding, with a dry run; nothing is changed until it is approved',
    body: z.strictObject({
      finding: z.string().min(1).max(64),
      action: z.enum(RESPONSE_ACTIONS),
      select: z
        .enum(['pods', 'owner'])
        .default('pods')
        .describe('of quarantine: by a label put on the pods, or by the labels of their owner'),
      reason: z.string().max(MAX_REASON_LENGTH).default(''),
    }),
    response: responseJsonSchema,
    status: 201,
    async handle({ asker, body }, deps) {
      const { finding: findingId, ...rest } = body;
      const response = await planResponse({ findingId, ...rest }, asker, deps);
      return { body: toResponseJson(response, deps.now()) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/response/{id}',
    scope: 'read',
    summary: 'One response with its plan and its audit trail',
    params,
    response: wholeResponseJsonSchema,
    async handle({ principal, params: { id } }, deps) {
      const response = await visibleResponse(id, principal, deps);
      const trail = await trailOf(id, deps.responses.audit);
      return { body: toWholeResponseJson(response, trail, deps.now()) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/response/{id}/evidence',
    scope: 'admin',
    summary: 'What was captured before a response: manifests, logs, events. Logs may hold secrets',
    params,
    response: evidenceJsonSchema,
    async handle({ principal, params: { id } }, deps) {
      await visibleResponse(id, principal, deps);
      return { body: toEvidenceJson(await deps.responses.store.evidence(id)) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/response/{id}/approve',
    scope: 'ack',
    summary: 'Approves a plan, by one of response.approvers',
    params,
    body: z.strictObject({ hash: hash.optional() }),
    response: responseJsonSchema,
    async handle({ asker, params: { id }, body }, deps) {
      const response = await approveResponse(id, body.hash ?? null, asker, deps);
      return { body: toResponseJson(response, deps.now()) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/response/{id}/undo',
    scope: 'ack',
    summary: 'Undoes a response, or takes its plan back',
    params,
    body: z.strictObject({}),
    response: responseJsonSchema,
    async handle({ asker, params: { id } }, deps) {
      const response = await undoResponse(id, asker, deps);
      return { body: toResponseJson(response, deps.now()) };
    },
  }),
];
