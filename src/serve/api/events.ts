import { z } from 'zod';
import { eventJson, MAX_EVENT_NAMESPACES } from '../../detect/planned/changeEvents.ts';
import { MAX_EVENT_NAME } from '../../detect/planned/config.ts';
import { requestEvent, requestEventEnd, visibleEvents } from '../changes.ts';
import { defineRoute, pageOf, pageQuery } from './route.ts';

const time = z.iso.datetime({ offset: true });
const name = z.string().min(1).max(MAX_EVENT_NAME);
const namespace = z.string().min(1).max(253);

const eventSchema = z.object({
  id: z.string(),
  name: z.string(),
  startsAt: time,
  endsAt: time,
  namespaces: z.array(z.string()).describe('empty: every namespace'),
  workload: z.string().optional(),
  by: z.string(),
});

export const listEvents = defineRoute({
  method: 'get',
  path: '/events',
  scope: 'read',
  summary: 'Planned events that have not ended, of the configuration and announced',
  query: z.strictObject(pageQuery),
  response: z.array(eventSchema),
  async handle({ principal, query }, deps) {
    return pageOf(await visibleEvents(principal, deps), query, eventJson);
  },
});

export const postEvent = defineRoute({
  method: 'post',
  path: '/events',
  scope: 'silence',
  summary: 'Announces an event: what it costs is no spike, and never counts as usual',
  body: z.strictObject({
    name,
    startsAt: time,
    endsAt: time,
    namespaces: z.array(namespace).max(MAX_EVENT_NAMESPACES).default([]),
    workload: z.string().min(1).max(253).optional(),
  }),
  response: eventSchema,
  status: 201,
  async handle({ asker, body }, deps) {
    const { startsAt, endsAt, workload = null, namespaces } = body;
    const times = { startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
    const asked = { name: body.name, namespaces, workload, ...times };
    return { body: eventJson(await requestEvent(asked, asker, deps)) };
  },
});

export const deleteEvent = defineRoute({
  method: 'delete',
  path: '/events/{id}',
  scope: 'silence',
  summary: 'Withdraws an event',
  params: z.strictObject({ id: z.string().min(1).max(120) }),
  response: eventSchema,
  async handle({ asker, params }, deps) {
    return { body: eventJson(await requestEventEnd(params.id, asker, deps)) };
  },
});
