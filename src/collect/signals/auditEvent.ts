import { z } from 'zod';
import type { SignalActor } from '../../model/signal.ts';
import { eventsOf, instant, name, nameOf, parseShape } from './reading.ts';

/** Audit events of one request, at most; the API server sends 400 by default (`--audit-webhook-batch-max-size`). */
const MAX_AUDIT_EVENTS = 5_000;

const texts = z
  .array(z.string())
  .nullish()
  .transform((items) => items ?? []);
/**
 * Method, program, addresses and audit ID are what a client writes: too much of it is cut and never refused, or it would hide
 * what else was sent with it.
 */
const user = z.object({ username: name, groups: texts });

const auditEvent = z.object({
  auditID: z.string().min(1),
  stage: z.string().max(40),
  requestURI: z.string().default(''),
  verb: z.string().transform((verb) => (nameOf(verb) ?? '').slice(0, 60).toLowerCase()),
  user: user.nullish(),
  impersonatedUser: user.nullish(),
  sourceIPs: texts,
  userAgent: name,
  objectRef: z
    .object({
      resource: name,
      subresource: name,
      namespace: name,
      name,
      apiGroup: name,
      uid: name,
    })
    .nullish(),
  responseStatus: z.object({ code: z.number().nullish() }).nullish(),
  requestObject: z
    .object({
      roleRef: z.object({ kind: name, name }).nullish().catch(null),
      subjects: z
        .array(z.object({ kind: name, name, namespace: name }))
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  requestReceivedTimestamp: instant.nullish(),
  stageTimestamp: instant.nullish(),
  annotations: z.record(z.string(), z.string()).nullish().catch(null),
});

/** One call as the API server tells it. */
export type AuditEvent = z.output<typeof auditEvent>;

const GROUP = 'audit.k8s.io/v1';
/** What the API server's webhook backend sends. */
const eventList = z.object({
  kind: z.literal('EventList'),
  apiVersion: z.literal(GROUP),
  items: z.array(auditEvent).max(MAX_AUDIT_EVENTS),
});
/** A line of its audit log, as log shippers send it. */
const logLine = auditEvent.extend({ kind: z.literal('Event'), apiVersion: z.literal(GROUP) });

/** The events of a request: the webhook’s list, or lines of the audit log. @throws SignalRefused */
export function auditEvents(body: unknown): readonly AuditEvent[] {
  const isLine = (value: unknown): boolean =>
    (value as { kind?: unknown } | null)?.kind === 'Event';
  if (!Array.isArray(body) && !isLine(body))
    return parseShape(eventList, body, `EventList of ${GROUP}`).items;
  return eventsOf(body, MAX_AUDIT_EVENTS).map((line) =>
    parseShape(logLine, line, `Event of ${GROUP}`),
  );
}

const MOST_ADDRESSES = 5;
const STREAMS = new Set(['exec', 'attach', 'portforward']);

export function isStream({ objectRef }: AuditEvent): boolean {
  return objectRef?.resource === 'pods' && STREAMS.has(objectRef.subresource ?? '');
}

export function isAnonymous({ user: who }: AuditEvent): boolean {
  return (
    who?.username === 'system:anonymous' || who?.groups.includes('system:unauthenticated') === true
  );
}

/** The code that it was answered with: 101 is a stream that began. */
export function codeOf({ responseStatus }: AuditEvent): number {
  return responseStatus?.code ?? 200;
}

export function auditActor(event: AuditEvent): SignalActor {
  const own = event.user?.username ?? null;
  const other = event.impersonatedUser?.username ?? null;
  return {
    user: other === null ? own : nameOf(`${own ?? 'unknown'} as ${other}`),
    userAgent: event.userAgent,
    sourceIps: event.sourceIPs.slice(-MOST_ADDRESSES).flatMap((ip) => nameOf(ip) ?? []),
  };
}

export function auditedResource({ objectRef, requestURI }: AuditEvent): string {
  const { resource, subresource, apiGroup } = objectRef ?? {};
  // What is no resource is counted by the first part of its path: paths are a client's text without end.
  if (resource === null || resource === undefined)
    return nameOf(/^\/[\w.-]{0,40}/.exec(requestURI)?.[0]) ?? '/';
  const group = apiGroup === null || apiGroup === undefined ? '' : `.${apiGroup}`;
  return `${resource}${group}${subresource === null || subresource === undefined ? '' : `/${subresource}`}`;
}

function queryOf({ requestURI }: AuditEvent): URLSearchParams {
  const mark = requestURI.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : requestURI.slice(mark + 1, mark + 4_000));
}

/** The program that was run; never its arguments, which may hold secrets. */
export function commandOf(event: AuditEvent): string | null {
  return nameOf(queryOf(event).get('command'));
}

export function auditedContainer(event: AuditEvent): string | null {
  return nameOf(queryOf(event).get('container'));
}

export function subjectsOf({ requestObject }: AuditEvent): string {
  const subjects = requestObject?.subjects ?? [];
  if (subjects.length === 0) return 'subjects that this audit level does not show';
  const texts = subjects
    .slice(0, 5)
    .map((one) => [one.kind, one.namespace, one.name].filter((part) => part !== null).join(' '));
  return [...texts, ...(subjects.length > 5 ? [`${subjects.length - 5} more`] : [])].join(', ');
}

/** Kubelets do the same each for itself: they are counted as one client. */
export function clientOf(event: AuditEvent): string {
  const { user: who } = auditActor(event);
  if (who === null) return 'unauthenticated';
  return who.startsWith('system:node:') ? 'system:nodes' : who;
}

/** `kubectl/v1.34.4 (linux/amd64) kubernetes/abc` → `kubectl/v1.34.4`. */
export function agentOf({ userAgent }: AuditEvent): string {
  return (userAgent ?? '').split(' ')[0]?.slice(0, 100) ?? '';
}

/** A LIST that got everything in one answer: no `limit`, and not one object by its name. */
export function isUnlimitedList(event: AuditEvent): boolean {
  if (event.verb !== 'list' || event.objectRef?.resource === undefined) return false;
  if (codeOf(event) >= 400) return false;
  const query = queryOf(event);
  const isCached = query.get('resourceVersion') === '0';
  return (
    !query.has('limit') &&
    !isCached &&
    !(query.get('fieldSelector') ?? '').includes('metadata.name=')
  );
}

/** The address that the API server was connected from: those before it are what the client wrote (X-Forwarded-For). */
export function peerOf(event: AuditEvent): string {
  return clientOf(event) === 'system:nodes' ? '' : (nameOf(event.sourceIPs.at(-1)) ?? '');
}
