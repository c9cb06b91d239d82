import { z } from 'zod';
import { MAX_REASON_LENGTH } from '../../detect/findings/decideFinding.ts';
import { formatTime } from '../../model/time.ts';
import { formatMatcher } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import { MAX_MATCHER_LENGTH, MAX_MATCHERS } from '../../notify/silences/createSilence.ts';
import { requestSilence, requestSilenceEnd, visibleSilences } from '../changes.ts';
import { pageOf, pageQuery, defineRoute } from './route.ts';

const time = z.iso.datetime({ offset: true });

const silenceSchema = z.object({
  id: z.string(),
  matchers: z.array(z.string()).describe('as they are written: namespace="shop"'),
  startsAt: time,
  endsAt: time,
  createdAt: time,
  author: z.string(),
  reason: z.string(),
});

export const listSilences = defineRoute({
  method: 'get',
  path: '/silences',
  scope: 'read',
  summary: 'Silences in force or to come',
  query: z.strictObject(pageQuery),
  response: z.array(silenceSchema),
  async handle({ principal, query }, deps) {
    return pageOf(await visibleSilences(principal, deps), query, toJson);
  },
});

export const postSilence = defineRoute({
  method: 'post',
  path: '/silences',
  scope: 'silence',
  summary: 'Adds a silence: what matches is not sent until it ends',
  body: z.strictObject({
    matchers: z
      .array(z.string().max(MAX_MATCHER_LENGTH))
      .min(1)
      .max(MAX_MATCHERS)
      .describe('all must fit: namespace=shop, workload=~"check.*", kind!=budget'),
    endsAt: time,
    reason: z.string().min(1).max(MAX_REASON_LENGTH),
  }),
  response: silenceSchema,
  status: 201,
  async handle({ asker, body }, deps) {
    const asked = { ...body, endsAt: Date.parse(body.endsAt) };
    return { body: toJson(await requestSilence(asked, asker, deps)) };
  },
});

export const deleteSilence = defineRoute({
  method: 'delete',
  path: '/silences/{id}',
  scope: 'silence',
  summary: 'Ends a silence now',
  params: z.strictObject({ id: z.string().min(1).max(64) }),
  response: silenceSchema,
  async handle({ asker, params }, deps) {
    return { body: toJson(await requestSilenceEnd(params.id, asker, deps)) };
  },
});

function toJson({ id, matchers, startsAt, endsAt, createdAt, author, reason }: Silence) {
  return {
    id,
    matchers: matchers.map(formatMatcher),
    startsAt: formatTime(startsAt),
    endsAt: formatTime(endsAt),
    createdAt: formatTime(createdAt),
    author,
    reason,
  };
}
