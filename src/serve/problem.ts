import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { ConfigError } from '../config/configError.ts';
import { ChangeRefused } from '../detect/findings/decideFinding.ts';
import { MatcherError } from '../store/silences/matcher.ts';
import { ResponseRefused, type RefusalCode } from '../respond/refusals.ts';
import { QuestionRefused } from './questions/answerContext.ts';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What RFC 9110 calls each status; Node has an older name of 413. */
const TITLES: Readonly<Record<number, string | undefined>> = {
  ...STATUS_CODES,
  413: 'Content Too Large',
};

/** An error that a client may see: RFC 9457 problem details. Nothing internal goes into it. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For programs, where the status says too little. */
  readonly code: string | null;
  constructor(
    status: ContentfulStatusCode,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    code: string | null = null,
  ) {
    super(detail);
    this.status = status;
    this.title = TITLES[status] ?? '';
    this.headers = headers;
    this.code = code;
  }
}

/** Statuses of changes that are refused, by their code. */
const REFUSED = { invalid: 400, 'not-found': 404, conflict: 409 } as const;

/** Statuses of responses that are refused; of all other codes 409. */
const RESPONSE_REFUSED: Readonly<Partial<Record<RefusalCode, 400 | 403 | 404 | 502>>> = {
  'not-enabled': 403,
  'protected-namespace': 403,
  'approver-not-allowed': 403,
  'same-approver-twice': 403,
  'requester-approves': 403,
  'not-found': 404,
  'not-applicable': 400,
  unreachable: 502,
};

/** The error as a client may see it; null for one that it must not see. */
export function problemOfError(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  if (error instanceof MatcherError || error instanceof QuestionRefused)
    return new HttpProblem(400, error.message);
  // Only an admin's reload reads a configuration; its messages hold no secret.
  if (error instanceof ConfigError) return new HttpProblem(422, error.message);
  if (error instanceof ResponseRefused)
    return new HttpProblem(RESPONSE_REFUSED[error.code] ?? 409, error.message, {}, error.code);
  if (!(error instanceof ChangeRefused)) return null;
  return new HttpProblem(REFUSED[error.code], error.message);
}

/** Answers with a problem document (`application/problem+json`). */
export function sendProblem(context: Context, problem: HttpProblem): Response {
  const body = {
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    ...(problem.code !== null && { code: problem.code }),
  };
  return context.body(JSON.stringify(body), problem.status, {
    ...problem.headers,
    'content-type': 'application/problem+json',
  });
}
