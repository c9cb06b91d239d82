import type { Context } from 'hono';
import { ChangeRefused } from '../detect/findings/decideFinding.ts';
import { MatcherError } from '../store/silences/matcher.ts';
import { QuestionRefused } from './questions/answerContext.ts';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An error that a client may see: RFC 9457 problem details. Nothing internal goes into it. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: ContentfulStatusCode,
    title: string,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.title = title;
    this.headers = headers;
  }
}

/** Statuses of changes that are refused, by their code. */
const REFUSED = {
  invalid: [400, 'Bad Request'],
  'not-found': [404, 'Not Found'],
  conflict: [409, 'Conflict'],
} as const;

/** The error as a client may see it; null for one that it must not see. */
export function problemOf(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  if (error instanceof MatcherError) return new HttpProblem(400, 'Bad Request', error.message);
  if (error instanceof QuestionRefused) return new HttpProblem(400, 'Bad Request', error.message);
  if (!(error instanceof ChangeRefused)) return null;
  const [status, title] = REFUSED[error.code];
  return new HttpProblem(status, title, error.message);
}

/** Answers with a problem document (`application/problem+json`). */
export function sendProblem(context: Context, problem: HttpProblem): Response {
  const body = {
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.message,
  };
  return context.body(JSON.stringify(body), problem.status, {
    ...problem.headers,
    'content-type': 'application/problem+json',
  });
}
