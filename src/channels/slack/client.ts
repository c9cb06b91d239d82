import { AsyncLocalStorage } from 'node:async_hooks';
import { type FetchFunction, type Logger, LogLevel, WebClient } from '@slack/web-api';

export interface SlackClientOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

const callSignal = new AsyncLocalStorage<AbortSignal>();

/** The SDK's calls take no signal: what `call` asks Slack ends when `signal` aborts all the same. */
export function withSignal<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  return callSignal.run(signal, call);
}

/** A fetch for clients that make their calls by themselves: whatever is in flight ends with `signal`. */
export function fetchUntil(signal: AbortSignal): FetchFunction {
  return (url, init) => withSignal(signal, async () => abortableFetch(url, init));
}

const abortableFetch: FetchFunction = async (url, init) => {
  const signals = [init?.signal, callSignal.getStore()].filter((signal) => signal !== undefined);
  const signal = signals.length > 0 && { signal: AbortSignal.any(signals) };
  // A redirect would take the token along.
  return atMost(MAX_ANSWER_BYTES, await fetch(url, { ...init, ...signal, redirect: 'error' }));
};

/** Slack's longest answers, pages of users, have a megabyte. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/** The same response, which fails once its (unpacked) body is longer. */
function atMost(bytes: number, response: Response): Response {
  if (response.body === null) return response;
  let seen = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      seen += piece.byteLength;
      if (seen > bytes) controller.error(new Error(`the answer is longer than ${bytes} bytes`));
      else controller.enqueue(piece);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
}

/**
 * The SDK with its own patience switched off: by default it has no timeout, retries ten times over
 * half an hour and sleeps on `Retry-After` inside the call. Deliveries are retried by the notifier,
 * which commits a row before every attempt.
 */
export function createSlackClient({
  token,
  apiUrl,
  timeoutMs = TIMEOUT_MS,
}: SlackClientOptions): WebClient {
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    maxRequestConcurrency: 10,
    fetch: abortableFetch,
    logger: silentLogger(),
  });
}

/** The SDK's own log would print addresses and bodies; what matters comes back as an error. */
export function silentLogger(): Logger {
  const nothing = () => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}
