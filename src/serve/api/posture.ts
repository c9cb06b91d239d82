import { z } from 'zod';
import { formatTime } from '../../model/time.ts';
import { SCOPES } from '../../detect/posture/check.ts';
import { trendJson } from '../../detect/posture/renderPosture.ts';
import { pageOf, pageQuery, defineRoute } from './route.ts';

const count = z.number().int().min(0);

const byScope = z.partialRecord(z.enum(SCOPES), count).describe('failures of each scope');

const postureSchema = z.object({
  asOf: z.iso
    .datetime()
    .nullable()
    .describe('when the cluster was so; null: no window has recorded it yet'),
  changes: z
    .array(
      z.object({
        at: z.iso.datetime(),
        namespace: z.string(),
        subject: z.object({ kind: z.string(), name: z.string() }),
        text: z.string(),
        before: z.string().nullable(),
        after: z.string().nullable(),
      }),
    )
    .describe('who got and lost which right in the last 30 days, the latest first'),
  namespaces: z.array(
    z.object({
      namespace: z.string().describe('(cluster): what is in no namespace'),
      score: z
        .number()
        .nullable()
        .describe('the lowest of the scopes, over what could be evaluated; null: nothing could'),
      scopes: z
        .partialRecord(z.enum(SCOPES), z.number().nullable())
        .describe('the score of each scope'),
      grade: z
        .enum(['A', 'B', 'C', 'D', 'F'])
        .nullable()
        .describe('null: too little could be evaluated'),
      known: z.number().min(0).max(1).describe('share of the weight that could be evaluated'),
      passed: count,
      failed: count,
      notEvaluated: count,
      owner: z.string().nullable().describe('null: no owner is named'),
      failedByScope: byScope,
      trend: z
        .array(
          z.object({
            day: z.iso.date(),
            score: z.number(),
            known: z.number(),
            failed: byScope.optional(),
          }),
        )
        .describe('the first score of each UTC day, at most 90'),
      checks: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          group: z.string(),
          scope: z.enum(SCOPES),
          names: z
            .record(z.string(), z.union([z.string(), z.array(z.string())]))
            .describe('what CIS, NSA/CISA and other tools call it'),
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
                subject: z.string().nullable().describe('any other object that it is about'),
                text: z.string(),
              }),
            )
            .describe(
              'what did not pass, when one namespace is asked for; ways to cluster-admin always',
            ),
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
  query: z.strictObject({
    ...pageQuery,
    namespace: z.string().min(1).max(253).optional(),
    scope: z.enum([...SCOPES, 'all']).optional(),
  }),
  response: postureSchema,
  async handle({ namespaces, query }, { questions }) {
    const { asOf, changes, ...view } = await questions.posture({
      namespaces,
      namespace: query.namespace ?? null,
      scope: query.scope === undefined || query.scope === 'all' ? null : query.scope,
    });
    const { body, total } = pageOf(view.namespaces, query, (one) => ({
      ...one,
      trend: trendJson(one.trend),
    }));
    return {
      total,
      body: {
        asOf: asOf === null ? null : formatTime(asOf),
        changes: changes.map(({ at, namespace, workload: subject, text, before, after }) => ({
          at: formatTime(at),
          namespace,
          subject,
          text,
          before,
          after,
        })),
        namespaces: body,
      },
    };
  },
});
