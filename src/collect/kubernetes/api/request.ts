import * as http from 'node:http';
import * as https from 'node:https';
import { ApiFailure, failureOf } from './apiFailure.ts';
import type { Connection } from './connect.ts';
import { withoutManagedFields } from './managedFields.ts';

/** One page of 250 pods is some 2 MB; a list that is read in one piece is larger. */
const MAX_LENGTH = 128 * 2 ** 20;

export interface ApiRequestOptions {
  readonly accept?: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
}

/**
 * Asks the API server once; returns the JSON of its answer.
 * @throws ApiFailure; whatever `signal` was aborted with.
 */
export async function request(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  { accept = 'application/json', method = 'GET', body }: ApiRequestOptions = {},
): Promise<unknown> {
  let answer: Answer;
  try {
    answer = await send(connection, path, signal, method, accept, body);
  } catch (error) {
    if (error instanceof ApiFailure) throw error;
    if (signal.aborted) throw signal.reason;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ApiFailure('unreachable', `it cannot be reached (${code ?? message})`);
  }
  if (answer.status < 200 || answer.status > 299) {
    throw failureOf(answer.status, answer.text, answer.retryAfter);
  }
  try {
    return JSON.parse(withoutManagedFields(answer.text)) as unknown;
  } catch {
    throw new ApiFailure(
      'bad-answer',
      'it answers with something that is no JSON: is this the address of a Kubernetes API server?',
    );
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

async function send(
  { server, options, headers: login }: Connection,
  path: string,
  signal: AbortSignal,
  method: string,
  accept: string,
  body: unknown,
): Promise<Answer> {
  const url = new URL(server.pathname.replace(/\/$/, '') + path, server);
  const { request: open } = url.protocol === 'http:' ? http : https;
  const headers: Record<string, string> = { ...login, accept, 'user-agent': 'burnwatch' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const sent = open(url, { ...options, method, signal, headers });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
  });
  const text = await textOf(response);
  return {
    status: response.statusCode ?? 0,
    text,
    retryAfter: response.headers['retry-after'],
  };
}

/** The body as text; each piece is decoded as it comes, so that no buffer outlives it. */
async function textOf(response: http.IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const piece of response as AsyncIterable<string>) {
    text += piece;
    if (text.length > MAX_LENGTH)
      throw new ApiFailure('bad-answer', 'its answer is larger than 128 MiB');
  }
  return text;
}
