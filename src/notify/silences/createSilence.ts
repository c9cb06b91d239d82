import { MAX_REASON_LENGTH } from '../../detect/findings/decideFinding.ts';
import { formatTime, type TimeMs } from '../../model/time.ts';
import { hashId } from '../plan/deliveryId.ts';
import { cleanText } from '../../model/text/clean.ts';
import { parseFindingMatcher } from '../../store/silences/findingMatcher.ts';
import { formatMatcher, MatcherError, type Matcher } from '../../store/silences/matcher.ts';
import { matchesAll, type Silence } from '../../store/silences/silence.ts';

/** What a silence may hold at most. */
export const MAX_MATCHERS = 20;
export const MAX_MATCHER_LENGTH = 1_200;

export interface SilenceRequest {
  /** As people write them: `namespace=shop`, `workload=~"check.*"`. */
  readonly matchers: readonly string[];
  readonly endsAt: TimeMs;
  readonly author: string;
  readonly reason: string;
}

/** Makes a silence that begins now. @throws MatcherError with what is wrong and how to write it. */
export function createSilence(request: SilenceRequest, now: TimeMs): Silence {
  const isTooLong =
    request.matchers.length > MAX_MATCHERS ||
    request.matchers.some(({ length }) => length > MAX_MATCHER_LENGTH) ||
    request.reason.length > MAX_REASON_LENGTH;
  if (isTooLong)
    throw new MatcherError(
      `at most ${MAX_MATCHERS} matchers of ${MAX_MATCHER_LENGTH} characters, and a reason of ${MAX_REASON_LENGTH}`,
    );
  const matchers = request.matchers.map(parseFindingMatcher);
  if (matchers.length === 0) {
    throw new MatcherError('a silence needs at least one matcher, such as namespace=shop');
  }
  if (matchers.every((matcher) => matchesAll([matcher], {}))) {
    throw new MatcherError('these matchers fit everything: name what is to be silent');
  }
  const reason = cleanText(request.reason);
  if (reason === '')
    throw new MatcherError('a silence needs a reason, for those who find it later');
  if (request.endsAt <= now) throw new MatcherError('a silence must end in the future');
  const author = cleanText(request.author);
  const id = hashId([matchers, author, reason, now, request.endsAt]).slice(0, 10);
  return { id, matchers, startsAt: now, endsAt: request.endsAt, createdAt: now, author, reason };
}

/**
 * True when these matchers could keep an abuse finding quiet: silencing abuse needs more rights than
 * silencing anything else.
 */
export function mayTouchAbuse(matchers: readonly Matcher[]): boolean {
  const aboutKind = matchers.filter(({ label }) => label === 'kind');
  return aboutKind.length === 0 || matchesAll(aboutKind, { kind: 'cryptojacking' });
}

/** `namespace="shop", kind=~"over.*" until 2026-11-25T09:00:00Z (alice: load test)`. */
export function describeSilence({ matchers, endsAt, author, reason }: Silence): string {
  return `${matchers.map(formatMatcher).join(', ')} until ${formatTime(endsAt)} (${author}: ${reason})`;
}

/** A silence as the command line prints it: times in RFC 3339. */
export function silenceJson(silence: Silence): Readonly<Record<string, unknown>> {
  return {
    ...silence,
    startsAt: formatTime(silence.startsAt),
    endsAt: formatTime(silence.endsAt),
    createdAt: formatTime(silence.createdAt),
  };
}
