import { CollectError } from '../collector.ts';

/** What an unsuccessful HTTP answer of a Prometheus API says. */
export interface FailedAnswer {
  readonly status: number;
  /** The API's own `errorType`, where the body had one. */
  readonly errorType: string | null;
  /** The API's message, or the beginning of whatever body came. */
  readonly error: string;
}

/** Messages of Prometheus, Thanos, Mimir and VictoriaMetrics for an answer that would be too big. */
const TOO_LARGE =
  /too many (samples|points|series|chunks|time ?series)|exceeded maximum resolution|maximum (number of|allowed)|limit.*(chunks|series|samples|bytes)|(chunks|series|samples|bytes).*limit|maxSamplesPerQuery|maxMemoryPerQuery|response.*too large|cannot select more than/i;
/** A part of a clustered store is away for a moment (Thanos answers 422 then). */
const PASSING =
  /code = Unavailable|\bUnavailable\b|connection (refused|reset)|no (healthy )?(endpoints?|store)s? (available|matched)|error reading from server|transport is closing|expanding series: .*(EOF|closed)/;
const TIMED_OUT = /timed? ?out|deadline exceeded|context canceled/i;

/**
 * What kind of failure an answer is. "Too many samples" and a time-out both come back as 422
 * `execution`, so the message counts too.
 */
export function classifyAnswer(answer: FailedAnswer, server: string): CollectError {
  const { status, error } = answer;
  const said = `${server} answered ${status}${error === '' ? '' : `: ${oneLine(error)}`}`;
  if (status === 401 || status === 403) {
    return new CollectError(
      'unauthorized',
      `${said} - check prometheus.bearerTokenFile, basicAuth, headers (X-Scope-OrgID) or tls`,
      false,
    );
  }
  if (status >= 300 && status < 400) {
    return new CollectError(
      'bad-answer',
      `${said} - a redirect is not followed, since credentials must not travel; set prometheus.url to the final address`,
      false,
    );
  }
  if (status === 413 || (status !== 429 && TOO_LARGE.test(error))) {
    return new CollectError('too-large', said, false);
  }
  if (status === 408 || status === 504 || TIMED_OUT.test(error) || answer.errorType === 'timeout') {
    return new CollectError('timeout', said, true);
  }
  if (status === 429 || status === 503 || PASSING.test(error))
    return new CollectError('overloaded', said, true);
  if (status === 404) {
    return new CollectError(
      'bad-answer',
      `${said} - there is no Prometheus API under prometheus.url (VictoriaMetrics clusters want /select/ACCOUNT/prometheus, Mimir /prometheus)`,
      false,
    );
  }
  if (status === 400 || status === 422) return new CollectError('bad-query', said, false);
  return new CollectError(status >= 500 ? 'unreachable' : 'bad-answer', said, status >= 500);
}

/** A failure before there was an answer: name resolution, refused, reset, TLS, cut off. */
export function classifyNetwork(thrown: unknown, server: string): CollectError {
  const { code, message } = describe(thrown);
  if (/CERT|SSL|TLS|EPROTO|UNABLE_TO_/.test(code)) {
    return new CollectError(
      'unreachable',
      `${server}: TLS failed (${code}): ${oneLine(withoutNodeHint(message))} - check prometheus.tls.caFile and serverName`,
      false,
      thrown,
    );
  }
  if (code === 'ECONNABORTED' && /timeout/i.test(message)) {
    return new CollectError('timeout', `${server} did not answer in time`, true, thrown);
  }
  if (/maxContentLength|ERR_BAD_RESPONSE/.test(`${code} ${message}`) && /exceeded/.test(message)) {
    return new CollectError('too-large', `${server}: the answer is too big`, false, thrown);
  }
  const reason = [code, oneLine(message)].filter((part) => part !== '').join(' ');
  return new CollectError('unreachable', `${server} cannot be reached: ${reason}`, true, thrown);
}

/** The runtime's advice is about its own command line. */
function withoutNodeHint(message: string): string {
  return message.replace(/;? if the root CA is installed locally.*$/is, '');
}

/** The library throws plain objects, axios throws errors, and the socket nests errors in errors. */
function describe(thrown: unknown): { readonly code: string; readonly message: string } {
  const outer = thrown as {
    code?: unknown;
    message?: unknown;
    error?: unknown;
    original?: unknown;
    errors?: readonly unknown[];
  } | null;
  if (outer?.original !== undefined) return describe(outer.original);
  const text = outer?.message ?? outer?.error;
  const first = outer?.errors?.[0] as { message?: unknown } | undefined;
  const message = text === undefined || text === '' ? first?.message : text;
  return {
    code: typeof outer?.code === 'string' ? outer.code : '',
    message: typeof message === 'string' ? message : '',
  };
}

/** A foreign text on one bounded line: it ends up in logs and findings. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const flat = text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
  return flat.length > 300 ? `${flat.slice(0, 299)}…` : flat;
}

/** A store that is away or denies access says nothing about any metric; the rest is one metric's own. */
function isFatal(failure: CollectError, indispensable: boolean): boolean {
  if (indispensable) return true;
  return ['unreachable', 'unauthorized', 'overloaded', 'bad-answer', 'aborted'].includes(
    failure.code,
  );
}

/** True for a question that may be answered in parts. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof CollectError && (error.code === 'too-large' || error.code === 'timeout');
}

/** A question that can be asked for in parts. */
export interface SplittableQuestion<T> {
  readonly isIndispensable: boolean;
  /** The two halves of a stretch; null when it is too short to be split. */
  halves(stretch: T): readonly [T, T] | null;
  ask(stretch: T, isSplittable: boolean): Promise<void>;
  /** Is told of a stretch that was too much at once. */
  split?(stretch: T): void;
  /** Takes note of a stretch that could not be asked for at all. */
  note(stretch: T, failure: CollectError): void;
}

/**
 * Asks for a stretch, in halves where it is too much at once.
 *
 * @throws CollectError when the question is indispensable, or when the store refuses everything.
 */
export async function askInHalves<T>(stretch: T, question: SplittableQuestion<T>): Promise<void> {
  const halves = question.halves(stretch);
  try {
    await question.ask(stretch, halves !== null);
  } catch (failure) {
    if (!(failure instanceof CollectError)) throw failure;
    if (isTooMuch(failure) && halves !== null) {
      question.split?.(stretch);
      for (const half of halves) await askInHalves(half, question);
    } else if (isFatal(failure, question.isIndispensable)) throw failure;
    else question.note(stretch, failure);
  }
}
