import { MAX_REASON_LENGTH } from '../../detect/findings/acceptance.ts';
import type { TimeMs } from '../../model/time.ts';
import { createSilence } from '../../notify/silences/createSilence.ts';
import { formatMatcher, MatcherError } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { maySeeSilence, requireSilencing } from '../security/authority.ts';
import type { Principal } from '../security/principal.ts';
import type { Changer } from './decide.ts';

type Deps = Pick<ServeDeps, 'stores' | 'now'>;

/** As many matchers, and as long ones, as the API's schema takes: a form has no schema. */
export const MAX_MATCHERS = 20;
export const MAX_MATCHER_LENGTH = 1_200;
/** In force at once by one token: each is tried on every finding. */
const MAX_BY_ONE = 100;

/** Nothing is silent for ever. */
const LONGEST_MS = 366 * 24 * 3_600_000;

export interface SilenceWish {
  readonly matchers: readonly string[];
  readonly endsAt: TimeMs;
  readonly reason: string;
}

/** Adds a silence that begins now, and writes it into the audit log. @throws HttpProblem 400, 403, 409 */
export async function addSilence(
  wish: SilenceWish,
  { principal, door }: Changer,
  { stores, now }: Deps,
): Promise<Silence> {
  const at = now();
  requireModest(wish);
  if (wish.endsAt > at + LONGEST_MS)
    throw new HttpProblem(400, 'Bad Request', 'A silence may last a year at most');
  const silence = makeSilence({ ...wish, author: principal.name }, at);
  requireSilencing(principal, silence.matchers);
  const own = (await stores.silences.list(at)).filter(({ author }) => author === silence.author);
  if (own.length >= MAX_BY_ONE)
    throw new HttpProblem(
      409,
      'Conflict',
      `"${principal.name}" has ${MAX_BY_ONE} silences in force: end some of them first`,
    );
  await stores.silences.add(silence);
  await audit(silence, 'silence.add', { principal, door }, { stores, now });
  return silence;
}

/** Ends a silence now, and writes that into the audit log. @throws HttpProblem 403, 404 */
export async function expireSilence(
  id: string,
  { principal, door }: Changer,
  { stores, now }: Deps,
): Promise<Silence> {
  const at = now();
  const silence = (await visibleSilences(principal, { stores, now })).find((one) => one.id === id);
  if (silence === undefined)
    throw new HttpProblem(404, 'Not Found', 'There is no such silence in force');
  requireSilencing(principal, silence.matchers);
  await stores.silences.expire(id, at);
  await audit(silence, 'silence.expire', { principal, door }, { stores, now });
  return { ...silence, endsAt: at };
}

/** Silences in force or to come that the principal may know of, oldest first. */
export async function visibleSilences(
  principal: Principal,
  { stores, now }: Deps,
): Promise<readonly Silence[]> {
  const all = await stores.silences.list(now());
  return all.filter((silence) => maySeeSilence(principal, silence));
}

function requireModest({ matchers, reason }: SilenceWish): void {
  if (
    matchers.length > MAX_MATCHERS ||
    matchers.some(({ length }) => length > MAX_MATCHER_LENGTH) ||
    reason.length > MAX_REASON_LENGTH
  )
    throw new HttpProblem(
      400,
      'Bad Request',
      `At most ${MAX_MATCHERS} matchers of ${MAX_MATCHER_LENGTH} characters, and a reason of ${MAX_REASON_LENGTH}`,
    );
}

function makeSilence(request: Parameters<typeof createSilence>[0], now: TimeMs): Silence {
  try {
    return createSilence(request, now);
  } catch (error) {
    if (error instanceof MatcherError) throw new HttpProblem(400, 'Bad Request', error.message);
    throw error;
  }
}

function audit(
  { id, matchers, endsAt, reason }: Silence,
  action: 'silence.add' | 'silence.expire',
  { principal, door }: Changer,
  { stores, now }: Deps,
): Promise<unknown> {
  const namespace = matchers.find(
    ({ label, operator }) => label === 'namespace' && operator === '=',
  )?.value;
  return stores.audit.append({
    at: now(),
    who: principal.name,
    door,
    action,
    subject: id,
    namespace: namespace ?? null,
    detail: { matchers: matchers.map(formatMatcher).join(', '), endsAt, reason },
  });
}
