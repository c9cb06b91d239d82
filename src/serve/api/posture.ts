import { z } from 'zod';
import { formatTime } from '../../model/time.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { pageOf, pageQuery, defineRoute } from './route.ts';

const count = z.number().int().min(0);

const postureSchema = z.object({
  asOf: z.iso.datetime().nullable().describe('null: no source could be asked, posture is unknown'),
  namespaces: z.array(
    z.object({
      namespace: z.string(),
      score: z.number().nullable().describe('over what could be evaluated; null: nothing could'),
      grade: z
        .enum(['A', 'B', 'C', 'D', 'F'])
        .nullable()
        .describe('null: too little could be evaluated'),
      known: z.number().min(0).max(1).describe('share of the weight that could be evaluated'),
      passed: count,
      failed: count,
      notEvaluated: count,
      checks: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          group: z.string(),
          severity: z.string(),
          passed: count,
          failed: count,
          notEvaluated: count,
          results: z
            .array(
              z.object({
                outcome: z.string(),
                workload: z.object({ kind: z.string(), name: z.string() }).nullable(),
                container: z.string().nullable(),
                text: z.string(),
              }),
            )
            .describe('what did not pass; only when one namespace is asked for'),
        }),
      ),
    }),
  ),
});

export const getPosture = defineRoute({
  method: 'get',
  path: '/posture',
  scope: 'read',
  summary: 'How the namespaces stand; every failure where one namespace is asked for',
  query: z.strictObject({ ...pageQuery, namespace: z.string().min(1).max(253).optional() }),
  response: postureSchema,
  async handle({ context, query }, { questions }) {
    const { asOf, namespaces } = await questions.posture({
      namespaces: visibleNamespaces(context.var.principal),
      namespace: query.namespace ?? null,
    });
    const { items, headers } = pageOf(context, namespaces, query);
    return {
      headers,
      body: {
        asOf: asOf === null ? null : formatTime(asOf),
        namespaces: items.map(({ checks, ...one }) => ({
          ...one,
          checks: checks.map(({ names: _names, results, ...check }) => ({
            ...check,
            results: results.map(({ workload, ...result }) => ({
              ...result,
              workload: workload === null ? null : { ...workload },
            })),
          })),
        })),
      },
    };
  },
});
