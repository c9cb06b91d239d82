import { z } from 'zod';
import { findingJsonSchema, toFindingJson } from '../../model/findingJson.ts';
import { asSeenBy, findVisible } from '../security/visibleFinding.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { pageHeaders, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

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
  async handle({ context, query }, { questions }) {
    const { principal } = context.var;
    const { state, kind = null, since, limit, offset } = query;
    const { findings, total } = await questions.findingPage({
      query: {
        state,
        kind,
        since: since === undefined ? null : Date.parse(since),
        namespaces: visibleNamespaces(principal),
      },
      page: { limit, offset },
    });
    return {
      headers: pageHeaders(context, query, total),
      body: findings.map((finding) => toFindingJson(asSeenBy(principal, finding))),
    };
  },
});

export const getFinding = defineRoute({
  method: 'get',
  path: '/findings/{id}',
  scope: 'read',
  summary: 'One finding with its evidence',
  params: findingParams,
  response: findingJsonSchema,
  async handle({ context, params }, deps) {
    return { body: toFindingJson(await findVisible(params.id, context.var.principal, deps)) };
  },
});
