import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { WorkloadsConfig } from '../../collect/config.ts';
import { SYSTEM_DEPS } from '../../collect/systemDeps.ts';
import { createApiClient, type ApiClient } from '../../collect/kubernetes/api/apiClient.ts';
import { ApiFailure } from '../../collect/kubernetes/api/apiFailure.ts';
import { connect, type Machine } from '../../collect/kubernetes/api/connect.ts';
import { MINUTE_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { TokenReviewConfig } from '../config.ts';
import { HttpProblem } from '../problem.ts';
import type { Authenticator } from './access.ts';
import type { Principal } from './principal.ts';
import { RateLimiter } from './rateLimit.ts';

/** What was allowed holds for so long: a right that is taken away goes within it. */
const ALLOWED_MS = MINUTE_MS;
/** What was refused, for so long. */
const REFUSED_MS = 10 * SECOND_MS;
const REQUEST_MS = 5 * SECOND_MS;
/** All reviews of one request. */
const TOGETHER_MS = 20 * SECOND_MS;
/** Tokens that are not known yet, so that guesses do not become a load of the API server. */
const RATE = { perSecond: 20, burst: 100 };
/** Of one user, with however many tokens: each may take a review for every namespace. */
const USER_RATE = { perSecond: 0.5, burst: 10 };
const CONCURRENCY = 8;
const MAX_KEPT = 2_000;
/** Each takes a review a minute and user. */
const MAX_NAMESPACES = 2_000;

export interface TokenReviewParts {
  readonly settings: TokenReviewConfig;
  readonly workloads: WorkloadsConfig;
  /** Whose API server is asked: what it allows holds for this cluster alone. */
  readonly cluster: string;
  readonly machine: Machine;
  readonly log: Pick<Logger, 'warn'>;
  /** All namespaces that there is something to see of. */
  namespaces(): Promise<readonly string[]>;
  now(): TimeMs;
}

/** As the API server knows a user, in the form in which a SubjectAccessReview takes it. */
interface Identity {
  readonly user: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface Reviewed {
  readonly authenticated?: boolean;
  readonly audiences?: readonly string[];
  readonly user?: {
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
}

/**
 * Asks the cluster's own API server whose a token is (TokenReview), and in which namespaces they may `get pods`
 * (SubjectAccessReview): who sees the pods of a namespace sees what they cost. Answers are kept for a minute; only a
 * digest of a token is.
 */
export function tokenReviewAuthenticator(parts: TokenReviewParts): Authenticator {
  const { settings, cluster, now } = parts;
  const limiter = new RateLimiter(RATE);
  const users = new RateLimiter(USER_RATE);
  const inTurn = (limit: RateLimiter, client: string): void => {
    const wait = limit.take(client, now());
    if (wait !== null)
      throw new HttpProblem(503, `Too many tokens are being reviewed: wait ${wait} s`, {
        'retry-after': String(wait),
      });
  };
  const clock = { perf: { now }, ttlResolution: 0, max: MAX_KEPT, ttl: ALLOWED_MS };
  const identities = new LRUCache<string, { readonly identity: Identity | null }>(clock);
  const allowed = new LRUCache<string, { readonly namespaces: ReadonlySet<string> | null }>(clock);
  const asking = new Map<string, Promise<Principal | null>>();

  async function ask(token: string, digest: string): Promise<Principal | null> {
    const known = identities.get(digest);
    if (known?.identity === null) return null;
    const seen = known === undefined ? undefined : allowed.get(keyOf(known.identity));
    if (known !== undefined && seen !== undefined) return principalOf(known.identity, seen);
    inTurn(limiter, 'all');
    return withClient(parts, async (client, signal) => {
      const identity =
        known?.identity ?? (await identityOf(token, settings.audiences, client, signal));
      identities.set(digest, { identity }, { ttl: identity === null ? REFUSED_MS : ALLOWED_MS });
      if (identity === null) return null;
      const key = keyOf(identity);
      let access = allowed.get(key);
      if (access === undefined) {
        inTurn(users, identity.user);
        access = { namespaces: await namespacesOf(identity, client, signal, parts) };
        const ttl = access.namespaces?.size === 0 ? REFUSED_MS : ALLOWED_MS;
        allowed.set(key, access, { ttl });
      }
      return principalOf(identity, access);
    });
  }

  function principalOf(
    { user }: Identity,
    { namespaces }: { readonly namespaces: ReadonlySet<string> | null },
  ): Principal {
    if (namespaces?.size === 0)
      throw new HttpProblem(403, `${user} may get pods in none of the namespaces of ${cluster}`);
    return {
      name: `kubernetes:${user}`,
      scopes: new Set(settings.scopes),
      namespaces,
      clusters: new Set([cluster]),
      via: 'bearer',
    };
  }

  return {
    authenticate(token) {
      const digest = createHash('sha256').update(token).digest('base64');
      // A page asks several times at once.
      const running = asking.get(digest);
      if (running !== undefined) return running;
      const asked = ask(token, digest).finally(() => asking.delete(digest));
      asking.set(digest, asked);
      return asked;
    },
  };
}

/** Everything that an authorizer may look at. */
function keyOf({ user, uid, groups, extra }: Identity): string {
  return JSON.stringify([user, uid, groups, extra]);
}

/**
 * Asks for a review that no token passes, and for one of a made-up user: whether both are granted.
 * @throws ApiFailure
 */
export async function tryReviews(client: ApiClient, signal: AbortSignal): Promise<void> {
  await identityOf('no-token', ['burnwatch'], client, signal);
  await mayGetPods({ user: 'burnwatch:nobody' }, '', client, signal);
}

/** @throws HttpProblem 503: who a stranger is cannot be found out now */
async function withClient<T>(
  { workloads, machine, log }: TokenReviewParts,
  work: (client: ApiClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(TOGETHER_MS);
  try {
    const connection = await connect(workloads, machine);
    try {
      return await work(createApiClient(connection, SYSTEM_DEPS, REQUEST_MS), signal);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof ApiFailure) && !signal.aborted) throw error;
    const reason = error instanceof ApiFailure ? error.message : 'it took too long';
    log.warn({ reason }, 'Token review failed');
    throw new HttpProblem(503, 'The Kubernetes API did not say whose token this is: see the log', {
      'retry-after': '10',
    });
  }
}

const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

/** Null where the token is not valid, or meant for another server. */
async function identityOf(
  token: string,
  audiences: readonly string[],
  client: ApiClient,
  signal: AbortSignal,
): Promise<Identity | null> {
  const review = await client.post(
    REVIEWS,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(audiences.length > 0 && { audiences }) },
    },
    signal,
  );
  const { authenticated, audiences: meant = [], user } = (review.status ?? {}) as Reviewed;
  const name = user?.username ?? '';
  if (authenticated !== true || name === '' || name === 'system:anonymous') return null;
  // An authenticator that knows no audiences answers without any: then the token is for the API server itself.
  if (audiences.length > 0 && !audiences.some((one) => meant.includes(one))) return null;
  const { uid, groups, extra } = user ?? {};
  return {
    user: name,
    ...(uid && { uid }),
    ...(groups && { groups }),
    ...(extra && { extra }),
  };
}

/** Null: in all of them, also those that are to come. */
async function namespacesOf(
  identity: Identity,
  client: ApiClient,
  signal: AbortSignal,
  { namespaces }: TokenReviewParts,
): Promise<ReadonlySet<string> | null> {
  const may = (namespace: string) => mayGetPods(identity, namespace, client, signal);
  // The empty name stands for all namespaces.
  if (await may('')) return null;
  const all = await namespaces();
  if (all.length > MAX_NAMESPACES)
    throw new ApiFailure('invalid', `more than ${MAX_NAMESPACES} namespaces to review one by one`);
  const allowed = new Set<string>();
  const queue = all.values();
  const worker = async (): Promise<void> => {
    for (const namespace of queue) if (await may(namespace)) allowed.add(namespace);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return allowed;
}

async function mayGetPods(
  identity: Identity,
  namespace: string,
  client: ApiClient,
  signal: AbortSignal,
): Promise<boolean> {
  const resourceAttributes = { verb: 'get', group: '', version: 'v1', resource: 'pods' };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...identity, resourceAttributes: { ...resourceAttributes, namespace } },
  };
  const { status } = await client.post(ACCESS_REVIEWS, body, signal);
  const { allowed, denied } = (status ?? {}) as { allowed?: boolean; denied?: boolean };
  return allowed === true && denied !== true;
}
