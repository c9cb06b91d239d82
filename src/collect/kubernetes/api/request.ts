import * as http from 'node:http';
import * as https from 'node:https';
import { ApiFailure, failureOf } from './apiFailure.ts';
import { apiUrl, type Connection } from './connect.ts';
import { withoutManagedFields } from './managedFields.ts';

/** One page of 250 pods is some 2 MB; a list that is read in one piece is larger. */
const MAX_LENGTH = 128 * 2 ** 20;

export interface ApiRequestOptions {
  readonly accept?: string;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Of the body; JSON by default. */
  readonly contentType?: string;
}

/**
 * Asks the API server once; returns the JSON of its answer.
 * @throws ApiFailure; whatever `signal` was aborted with.
 */
export async function request(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  options: ApiRequestOptions = {},
): Promise<unknown> {
  const text = await requestText(connection, path, signal, options);
  try {
    return JSON.parse(withoutManagedFields(text)) as unknown;
  } catch {
    throw new ApiFailure(
      'bad-answer',
      'it answers with something that is no JSON: is this the address of a Kubernetes API server?',
    );
  }
}

/** The same for an answer that is no JSON, such as a log. */
export async function requestText(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  options: ApiRequestOptions = {},
): Promise<string> {
  let answer: Answer;
  try {
    answer = await send(connection, path, signal, options);
  } catch (error) {
    if (error instanceof ApiFailure) throw error;
    if (signal.aborted) throw signal.reason;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ApiFailure('unreachable', `it cannot be reached (${code ?? message})`);
  }
  if (answer.status < 200 || answer.status > 299) {
    if (answer.status === 401) connection.refused();
    throw failureOf(answer.status, answer.text, answer.retryAfter, connection.who);
  }
  return answer.text;
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
  {
    accept = 'application/json',
    method = 'GET',
    body,
    contentType = 'application/json',
  }: ApiRequestOptions,
): Promise<Answer> {
  const url = apiUrl(server, path);
  const { request: open } = url.protocol === 'http:' ? http : https;
  const headers: Record<string, string> = { ...login, accept, 'user-agent': 'burnwatch' };
  const text = body === undefined ? '' : JSON.stringify(body);
  if (body !== undefined) {
    headers['content-type'] = contentType;
    // Node frames the body of a DELETE only by its length.
    headers['content-length'] = `${Buffer.byteLength(text)}`;
  }
  const sent = open(url, { ...options, method, signal, headers });
  sent.end(text);
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
  });
  return {
    status: response.statusCode ?? 0,
    text: await textOf(response),
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
