import { createHash } from 'node:crypto';
import type { Signal, SignalClass, SignalTarget } from '../../model/signal.ts';
import type { Severity } from '../../model/finding.ts';
import { floorTo, type TimeMs } from '../../model/time.ts';
import {
  auditActor,
  agentOf,
  auditEvents,
  clientOf,
  codeOf,
  commandOf,
  auditedContainer,
  isAnonymous,
  isStream,
  isUnlimitedList,
  peerOf,
  auditedResource,
  subjectsOf,
  type AuditEvent,
} from './auditEvent.ts';
import { idOf, requireRecent, signalOf, type SignalFacts, type SignalContext } from './reading.ts';

/** What an event means for itself; null for an ordinary call, which is only counted. */
interface Meaning {
  readonly class: SignalClass;
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly target?: Partial<SignalTarget>;
  readonly facts?: SignalFacts;
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
    actor: auditActor(event),
    facts: {
      verb: event.verb,
      resource: auditedResource(event),
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
  const who = auditActor(event).user ?? 'an unknown client';
  const ref = objectRef ?? null;
  const isAllowed = code < 400;
  const named = ref?.name ?? 'a name that the server makes';
  if (isAnonymous(event) && isAllowed && !OPEN_PATHS.test(event.requestURI)) {
    return {
      class: 'anonymous',
      rule: 'anonymous-access',
      severity: CHANGES.has(verb) || ref?.resource === 'secrets' ? 'critical' : 'warning',
      text: `An anonymous client was allowed to ${verb} ${auditedResource(event)}`,
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
      target: { pod: object, container: auditedContainer(event) },
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
    auditActor(event).user?.startsWith('system:serviceaccount:') === true &&
    peer !== '' &&
    !PRIVATE_ADDRESS.test(peer)
  );
}

const UNAUTHENTICATED = 401;
/** What tells counted calls apart; everything else about them is forgotten. */
function callKey(event: AuditEvent): string {
  const client = clientOf(event);
  return JSON.stringify([
    client,
    agentOf(event),
    peerOf(event),
    event.verb,
    auditedResource(event),
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
      resource: auditedResource(first),
      code: String(codeOf(first)),
      unlimited: isUnlimitedList(first) ? 'true' : null,
    },
  });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
