import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Signal, SignalActor, SignalClass, SignalTarget } from '../../model/signal.ts';
import type { Severity } from '../../model/finding.ts';
import { floorTo, type TimeMs } from '../../model/time.ts';
import {
  eventsOf,
  idOf,
  instant,
  name,
  nameOf,
  parseShape,
  requireRecent,
  signalOf,
  type Facts,
  type SignalContext,
} from './reading.ts';

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

type AuditEvent = z.output<typeof auditEvent>;

const GROUP = 'audit.k8s.io/v1';
/** What the API server's webhook backend sends. */
const eventList = z.object({
  kind: z.literal('EventList'),
  apiVersion: z.literal(GROUP),
  items: z.array(auditEvent).max(MAX_AUDIT_EVENTS),
});
/** A line of its audit log, as log shippers send it. */
const logLine = auditEvent.extend({ kind: z.literal('Event'), apiVersion: z.literal(GROUP) });

/** @throws SignalRefused */
function auditEvents(body: unknown): readonly AuditEvent[] {
  const isLine = (value: unknown): boolean =>
    (value as { kind?: unknown } | null)?.kind === 'Event';
  if (!Array.isArray(body) && !isLine(body))
    return parseShape(eventList, body, `EventList of ${GROUP}`).items;
  return eventsOf(body, MAX_AUDIT_EVENTS).map((line) =>
    parseShape(logLine, line, `Event of ${GROUP}`),
  );
}

/** What an event means for itself; null for an ordinary call, which is only counted. */
interface Meaning {
  readonly class: SignalClass;
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly target?: Partial<SignalTarget>;
  readonly facts?: Facts;
}

/** Reads the API server's audit events: what matters by itself, and counts of all calls. @throws SignalRefused */
export function readAudit(body: unknown, context: SignalContext): readonly Signal[] {
  const notable: Signal[] = [];
  const calls = new Map<string, { readonly first: AuditEvent; count: number }>();
  for (const event of auditEvents(body)) {
    // A call has several stages: the last tells its code; a watch or an exec may last for days, and counts from its start;
    // of a failed login the API server writes the start only.
    const isStart = event.stage === 'ResponseStarted';
    const isLong = event.verb === 'watch' || isStream(event);
    const isLast = event.stage === 'ResponseComplete' || event.stage === 'Panic';
    if (!isLast && !(isStart && (isLong || codeOf(event) === UNAUTHENTICATED))) continue;
    const at = requireRecent(
      event.stageTimestamp ?? event.requestReceivedTimestamp ?? context.now,
      context,
    );
    const meaning = meaningOf(event);
    if (meaning !== null) {
      notable.push(notableSignal(event, at, meaning));
      if (isTokenAbroad(event)) notable.push(notableSignal(event, at, TOKEN_ABROAD));
    }
    if (isLong && !isStart && codeOf(event) < 400) continue;
    const key = callKey(event);
    const counted = calls.get(key);
    if (counted === undefined) calls.set(key, { first: event, count: 1 });
    else counted.count += 1;
  }
  return [
    ...new Map(notable.map((one) => [one.id, one] as const)).values(),
    ...Array.from(calls, ([key, call]) => countedCalls(key, call, context)),
  ];
}

function notableSignal(
  event: AuditEvent,
  at: TimeMs,
  { facts = {}, target = {}, ...meaning }: Meaning,
): Signal {
  return signalOf({
    ...meaning,
    // A client may choose the audit ID (header Audit-ID): alone it tells no two requests apart.
    id: idOf(
      'audit',
      event.auditID,
      meaning.rule,
      event.requestReceivedTimestamp ?? at,
      event.user?.username,
      event.requestURI,
    ),
    source: 'audit',
    at,
    target: { namespace: event.objectRef?.namespace ?? null, ...target },
    actor: actorOf(event),
    facts: {
      verb: event.verb,
      resource: resourceOf(event),
      code: String(codeOf(event)),
      ...facts,
    },
  });
}

/** Verbs that change something. */
const CHANGES = new Set(['create', 'update', 'patch']);
const BINDINGS = new Set(['clusterrolebindings', 'rolebindings']);
const ROLES = new Set(['clusterroles', 'roles']);
/** What Kubernetes itself lets anonymous clients read: health, version, and how to join. */
const OPEN_PATHS =
  /^\/(healthz|livez|readyz|version)(\/|\?|$)|^\/\.well-known\/|^\/api\/v1\/namespaces\/kube-public\/configmaps\/cluster-info(\?|$)/;
/** Users that are parts of the control plane: they make tokens and bindings as their work. */
const SYSTEM_USER = /^system:(kube-|node:|apiserver|serviceaccount:kube-system:)/;

function meaningOf(event: AuditEvent): Meaning | null {
  const { verb, objectRef } = event;
  const code = codeOf(event);
  const who = actorOf(event).user ?? 'an unknown client';
  const ref = objectRef ?? null;
  const isAllowed = code < 400;
  const named = ref?.name ?? 'a name that the server makes';
  if (isAnonymous(event) && isAllowed && !OPEN_PATHS.test(event.requestURI)) {
    return {
      class: 'anonymous',
      rule: 'anonymous-access',
      severity: CHANGES.has(verb) || ref?.resource === 'secrets' ? 'critical' : 'warning',
      text: `An anonymous client was allowed to ${verb} ${resourceOf(event)}`,
    };
  }
  if (ref === null || !isAllowed) return null;
  const { resource, subresource, name: object } = ref;
  if (isStream(event)) {
    const command = commandOf(event);
    return {
      class: 'exec',
      rule: subresource ?? 'exec',
      severity: ref.namespace === 'kube-system' ? 'warning' : 'info',
      text: `${who} opened ${subresource ?? 'exec'} into pod ${ref.namespace ?? ''}/${named}${command === null ? '' : `: ${command}`}`,
      target: { pod: object, container: containerOf(event) },
      facts: { command },
    };
  }
  if (
    resource === 'serviceaccounts' &&
    subresource === 'token' &&
    verb === 'create' &&
    !SYSTEM_USER.test(who)
  )
    return {
      class: 'token',
      rule: 'token-request',
      severity: 'info',
      text: `${who} requested a token of service account ${ref.namespace ?? ''}/${named}`,
      facts: { serviceAccount: object },
    };
  if (
    resource !== null &&
    BINDINGS.has(resource) &&
    CHANGES.has(verb) &&
    subresource === null &&
    !SYSTEM_USER.test(who)
  ) {
    const role = event.requestObject?.roleRef?.name ?? null;
    const isAdmin =
      role === 'cluster-admin' ||
      (role === null && /admin/.test(named)) ||
      role === 'system:masters';
    return {
      class: 'grant',
      rule: isAdmin ? 'grant-cluster-admin' : 'grant',
      severity: isAdmin ? (resource === 'clusterrolebindings' ? 'critical' : 'warning') : 'info',
      text: `${who} bound ${role === null ? 'a role' : `role ${role}`} to ${subjectsOf(event)} by ${verb} of ${resource} ${named}`,
      facts: { role, subjects: subjectsOf(event), binding: object },
    };
  }
  if (resource !== null && ROLES.has(resource) && CHANGES.has(verb) && !SYSTEM_USER.test(who))
    return {
      class: 'grant',
      rule: 'role-changed',
      severity: 'info',
      text: `${who} changed ${resource} ${named} (${verb})`,
    };
  // One secret by its name is ordinary; all of a namespace, or of the cluster, are not.
  if (resource === 'secrets' && verb === 'list' && !SYSTEM_USER.test(who))
    return {
      class: 'secret',
      rule: 'secrets-listed',
      severity: ref.namespace === null ? 'warning' : 'info',
      text: `${who} listed the secrets of ${ref.namespace === null ? 'all namespaces' : ref.namespace}`,
    };
  return null;
}

/** Service accounts act from inside the cluster: their token is in other hands. */
const TOKEN_ABROAD: Meaning = {
  class: 'token',
  rule: 'service-account-from-public-address',
  severity: 'warning',
  text: 'The token of a service account was used from a public address',
  target: { namespace: null },
};

const PRIVATE_ADDRESS =
  /^(10|127)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^(::1$|f[cd]|fe80)/i;

/** True for a service account whose client has a public address. */
function isTokenAbroad(event: AuditEvent): boolean {
  const peer = peerOf(event);
  return (
    actorOf(event).user?.startsWith('system:serviceaccount:') === true &&
    peer !== '' &&
    !PRIVATE_ADDRESS.test(peer)
  );
}

const UNAUTHENTICATED = 401;
const MOST_ADDRESSES = 5;
const STREAMS = new Set(['exec', 'attach', 'portforward']);

function isStream({ objectRef }: AuditEvent): boolean {
  return objectRef?.resource === 'pods' && STREAMS.has(objectRef.subresource ?? '');
}

function isAnonymous({ user: who }: AuditEvent): boolean {
  return (
    who?.username === 'system:anonymous' || who?.groups.includes('system:unauthenticated') === true
  );
}

/** The code that it was answered with: 101 is a stream that began. */
function codeOf({ responseStatus }: AuditEvent): number {
  return responseStatus?.code ?? 200;
}

function actorOf(event: AuditEvent): SignalActor {
  const own = event.user?.username ?? null;
  const other = event.impersonatedUser?.username ?? null;
  return {
    user: other === null ? own : nameOf(`${own ?? 'unknown'} as ${other}`),
    userAgent: event.userAgent,
    sourceIps: event.sourceIPs.slice(-MOST_ADDRESSES).flatMap((ip) => nameOf(ip) ?? []),
  };
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
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
function commandOf(event: AuditEvent): string | null {
  return nameOf(queryOf(event).get('command'));
}

function containerOf(event: AuditEvent): string | null {
  return nameOf(queryOf(event).get('container'));
}

function subjectsOf({ requestObject }: AuditEvent): string {
  const subjects = requestObject?.subjects ?? [];
  if (subjects.length === 0) return 'subjects that this audit level does not show';
  const texts = subjects
    .slice(0, 5)
    .map((one) => [one.kind, one.namespace, one.name].filter((part) => part !== null).join(' '));
  return [...texts, ...(subjects.length > 5 ? [`${subjects.length - 5} more`] : [])].join(', ');
}

/** Kubelets do the same each for itself: they are counted as one client. */
function clientOf(event: AuditEvent): string {
  const { user: who } = actorOf(event);
  if (who === null) return 'unauthenticated';
  return who.startsWith('system:node:') ? 'system:nodes' : who;
}

/** `kubectl/v1.34.4 (linux/amd64) kubernetes/abc` → `kubectl/v1.34.4`. */
function agentOf({ userAgent }: AuditEvent): string {
  return (userAgent ?? '').split(' ')[0]?.slice(0, 100) ?? '';
}

/** A LIST that got everything in one answer: no `limit`, and not one object by its name. */
function isUnlimitedList(event: AuditEvent): boolean {
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
function peerOf(event: AuditEvent): string {
  return clientOf(event) === 'system:nodes' ? '' : (nameOf(event.sourceIPs.at(-1)) ?? '');
}

/** What tells counted calls apart; everything else about them is forgotten. */
function callKey(event: AuditEvent): string {
  const client = clientOf(event);
  return JSON.stringify([
    client,
    agentOf(event),
    peerOf(event),
    event.verb,
    resourceOf(event),
    codeOf(event),
    isUnlimitedList(event),
  ]);
}

function countedCalls(
  key: string,
  { first, count }: { readonly first: AuditEvent; readonly count: number },
  { now, windowMs }: SignalContext,
): Signal {
  const window = floorTo(now, windowMs);
  const client = clientOf(first);
  const peer = peerOf(first);
  return signalOf({
    // Calls are counted by the window they arrive in: none comes too late for its window. The store bounds those of one user.
    id: `calls:${window}:${digestOf(client)}:${digestOf(key)}`,
    source: 'audit',
    class: 'api-calls',
    rule: first.verb,
    severity: 'info',
    at: now,
    count,
    text: '',
    actor: {
      user: client,
      userAgent: agentOf(first),
      sourceIps: peer === '' ? [] : [peer],
    },
    facts: {
      resource: resourceOf(first),
      code: String(codeOf(first)),
      unlimited: isUnlimitedList(first) ? 'true' : null,
    },
  });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
