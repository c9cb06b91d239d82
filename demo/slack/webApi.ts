import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import {
  parseArgs,
  readBody,
  SlackRefusal,
  textArg,
  type SlackArgs,
  type SlackCall,
} from './calls.ts';
import type { Faults, SlackFault } from './faults.ts';
import { METHODS } from './methods/index.ts';
import type { Method } from './methods/method.ts';
import type { RateLimits } from './rateLimits.ts';
import type { Workspace } from './workspace.ts';

export interface WebApiParts {
  readonly workspace: Workspace;
  readonly botToken: string;
  readonly appToken: string;
  readonly scopes: ReadonlySet<string>;
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly calls: SlackCall[];
  baseUrl(): string;
  socketUrl(): string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | string;
}

/** Answers `/api/METHOD` as Slack does: 200 with `ok`, except 429 and what a gateway says. */
export async function answerCall(
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
  parts: WebApiParts,
): Promise<void> {
  let args: SlackArgs = {};
  let unreadable: SlackRefusal | null = null;
  try {
    const body = await readBody(request);
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    args = parseArgs(request.headers['content-type'] ?? '', body, query);
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    unreadable = error;
  }
  const fault = parts.faults.take(method, textArg(args, 'channel'));
  if (fault?.kind === 'slow') await wait(fault.ms, undefined, { ref: false });
  if (fault?.kind === 'down' || request.socket.destroyed) {
    request.socket.destroy();
    return;
  }
  let answer: Answer;
  try {
    if (unreadable !== null) throw unreadable;
    answer = injected(fault) ?? call(method, args, request, parts);
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    answer = { status: 200, body: { ok: false, error: error.code, ...error.more } };
  }
  const { token: _token, ...kept } = args;
  const result = fault?.kind === 'lost-answer' ? 'lost' : resultOf(answer);
  parts.calls.push({ method, args: kept, at: parts.workspace.now(), result });
  if (fault?.kind === 'slow-answer') await wait(fault.ms, undefined, { ref: false });
  // The caller may have hung up in the meantime.
  if (fault?.kind === 'lost-answer' || request.socket.destroyed) {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'late-status') answer = { status: fault.status, body: 'Bad Gateway' };
  send(response, answer, parts.scopes, METHODS[method]);
}

/** What a fault answers in place of the method. @throws SlackRefusal */
function injected(fault: SlackFault | null): Answer | null {
  switch (fault?.kind) {
    case 'status':
      return { status: fault.status, body: 'upstream error' };
    case 'rate-limited':
      return tooMany(fault.seconds);
    case 'error':
      throw new SlackRefusal(fault.code);
    default:
      return null;
  }
}

function call(name: string, args: SlackArgs, request: IncomingMessage, parts: WebApiParts): Answer {
  const method = METHODS[name];
  if (method === undefined) throw new SlackRefusal('unknown_method', { req_method: name });
  const scopes = authorize(request, args, method, parts);
  const { workspace, limits, baseUrl, socketUrl } = parts;
  const seconds = limits.retryAfter(name, textArg(args, 'channel'), workspace.now());
  if (seconds !== null) return tooMany(seconds);
  const result = method.run({ workspace, args, scopes, baseUrl: baseUrl(), socketUrl });
  return { status: 200, body: { ok: true, ...result } };
}

/** Checks the token's kind and scopes. @throws SlackRefusal `not_authed`, `invalid_auth`, `missing_scope`, … */
function authorize(
  request: IncomingMessage,
  args: SlackArgs,
  method: Method,
  { botToken, appToken, scopes }: WebApiParts,
): ReadonlySet<string> {
  const token =
    /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? textArg(args, 'token');
  if (token === undefined) throw new SlackRefusal('not_authed');
  if (token !== botToken && token !== appToken) throw new SlackRefusal('invalid_auth');
  if ((token === appToken) !== (method.token === 'app')) {
    throw new SlackRefusal('not_allowed_token_type');
  }
  const held = token === appToken ? new Set(['connections:write']) : scopes;
  const missing = method.scopes.filter((scope) => !held.has(scope));
  if (missing.length > 0) {
    const provided = [...held].join(',');
    throw new SlackRefusal('missing_scope', { needed: missing.join(','), provided });
  }
  return held;
}

function tooMany(seconds: number): Answer {
  return {
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { ok: false, error: 'ratelimited' },
  };
}

function resultOf({ status, body }: Answer): string {
  if (status !== 200 || typeof body === 'string') return `http_${status}`;
  return body['ok'] === true ? 'ok' : String(body['error']);
}

function send(
  response: ServerResponse,
  { status, headers = {}, body }: Answer,
  scopes: ReadonlySet<string>,
  method: Method | undefined,
): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8',
    'x-oauth-scopes': [...scopes].join(','),
    'x-accepted-oauth-scopes': (method?.scopes ?? []).join(','),
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}
