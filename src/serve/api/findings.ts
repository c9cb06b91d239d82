import { z } from 'zod';
import { findingJsonSchema, toFindingJson } from '../../findings/findingJson.ts';
import { HttpProblem } from '../problem.ts';
import { maySee, visibleNamespaces, type Principal } from '../security/principal.ts';
import type { Finding } from '../../model/finding.ts';
import type { ServeDeps } from '../deps.ts';
import { pageOf, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

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
  async handle({ context, query }, { reader }) {
    const findings = await reader.findings({
      state: query.state,
      kind: query.kind ?? null,
      since: query.since === undefined ? null : Date.parse(query.since),
      namespaces: visibleNamespaces(context.var.principal),
    });
    const { items, headers } = pageOf(context, findings, query);
    return { body: items.map(toFindingJson), headers };
  },
});

export const getFinding = defineRoute({
  method: 'get',
  path: '/findings/{id}',
  scope: 'read',
  summary: 'One finding with its evidence',
  params: z.strictObject({ id: z.string().max(64) }),
  response: findingJsonSchema,
  async handle({ context, params }, deps) {
    return { body: toFindingJson(await findVisible(params.id, context.var.principal, deps)) };
  },
});

/** The finding, if there is one and the principal may see it: otherwise neither is told apart. */
export async function findVisible(
  id: string,
  principal: Principal,
  { reader }: ServeDeps,
): Promise<Finding> {
  const finding = await reader.finding(id);
  if (finding === null || !maySee(principal, finding.scope.namespace))
    throw new HttpProblem(404, 'Not Found', 'There is no such finding');
  return finding;
}
