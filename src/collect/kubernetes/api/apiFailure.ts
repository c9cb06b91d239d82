/** Why the API server gave nothing. */
export type ApiFailureCode =
  | 'not-configured'
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'absent'
  | 'expired'
  | 'overloaded'
  | 'server-error'
  | 'conflict'
  | 'invalid'
  | 'bad-answer';

/** The API server could not be asked, or refused. The message holds no credentials. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: ApiFailureCode;
  /** How long the server asks to be left alone, milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(code: ApiFailureCode, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** True where every other resource would fail alike: it is the server, or who we are. */
export function isOfWholeServer({ code }: ApiFailure): boolean {
  return WHOLE.has(code);
}

const WHOLE = new Set<ApiFailureCode>(['not-configured', 'unreachable', 'unauthorized', 'timeout']);

/** Longest part of a server's own words that is repeated. */
const MAX_WORDS = 300;

/** The failure that an answer with this status stands for. */
export function failureOf(
  status: number,
  body: string,
  retryAfter: string | undefined,
  who: string | null = null,
): ApiFailure {
  const said = wordsOf(body);
  const tail = said === '' ? '' : `: ${said}`;
  switch (status) {
    case 401:
      return new ApiFailure(
        'unauthorized',
        `it does not accept the credentials${who === null ? '' : ` of ${who}`} (401${tail}); they may have expired`,
      );
    case 403:
      return new ApiFailure('forbidden', said === '' ? 'it refuses (403)' : said);
    case 404:
    case 405:
      return new ApiFailure('absent', `it does not serve this (${status}${tail})`);
    case 409:
      return new ApiFailure('conflict', said === '' ? 'it refuses (409)' : said);
    case 422:
      return new ApiFailure('invalid', said === '' ? 'it refuses (422)' : said);
    case 410:
      return new ApiFailure('expired', `the list is too old to be continued (410${tail})`);
    case 429:
      return new ApiFailure(
        'overloaded',
        `it asks to be left alone for a while (429${tail})`,
        secondsOf(retryAfter),
      );
    default:
      return status >= 500
        ? new ApiFailure('server-error', `it failed (${status}${tail})`, secondsOf(retryAfter))
        : new ApiFailure('bad-answer', `it answered ${status}${tail}`);
  }
}

/** The message of a Status; other bodies (a proxy's page) are not repeated. */
function wordsOf(body: string): string {
  try {
    const { kind, message } = JSON.parse(body) as {
      readonly kind?: string;
      readonly message?: string;
    };
    if (kind !== 'Status' || typeof message !== 'string') return '';
    return message
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .slice(0, MAX_WORDS)
      .trim();
  } catch {
    return '';
  }
}

function secondsOf(text: string | undefined): number | null {
  const seconds = Number(text);
  return text === undefined || !Number.isFinite(seconds) ? null : seconds * 1_000;
}
