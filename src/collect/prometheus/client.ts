import { PrometheusDriver } from 'prometheus-query';
import { isLoopback } from '../../model/listen.ts';
import { SECOND_MS, type Span } from '../../model/time.ts';
import { CollectError, type SourceWork } from '../collector.ts';
import { errorText, firstLine, PackingError, unpacked } from './body.ts';
import { classifyAnswer, classifyNetwork, oneLine } from './failures.ts';
import type { Grid } from './grid.ts';
import { pointSeconds } from './grid.ts';
import type { LabelSets } from './labelSets.ts';
import { matrixReader } from './matrix.ts';
import type { AnswerReader, MatrixAnswer } from './matrix.ts';
import { rawSamplesReader, type RawAnswer } from './rawSamples.ts';
import { aborted, RetryAfter, retryAfterMs, withRetries } from './retry.ts';
import type { RetryDeps } from './retry.ts';
import { createTransport } from './transport.ts';
import type { Transport } from './transport.ts';
import type { PrometheusConfig } from '../config.ts';

/** What the rest of `collect` knows of Prometheus, or of a store that speaks its API. */
export interface PrometheusClient {
  /** Base address, without credentials; safe to print. */
  readonly server: string;
  /**
   * Evaluates an expression at points `from` … `to` (inclusive) of the grid.
   * @throws CollectError; nothing else.
   */
  range(query: string, span: GridSpan, signal: AbortSignal): Promise<MatrixAnswer>;
  /**
   * Evaluates an expression at one instant; a range selector gives the samples that the store holds.
   *
   * @param span what is asked about; it ends at the instant.
   * @param mayTimeOut whether the caller rather splits the query than has it repeated.
   * @throws CollectError; nothing else.
   */
  instant(query: string, span: Span, signal: AbortSignal, mayTimeOut?: boolean): Promise<RawAnswer>;
  close(): void;
}

export interface GridSpan {
  readonly grid: Grid;
  readonly from: number;
  readonly to: number;
}

export interface ClientDeps extends RetryDeps {
  /** The wall clock, for a `Retry-After` that is a date. */
  readonly now: () => number;
}

const FORM = 'application/x-www-form-urlencoded';

/** What the questions of one client have in common. */
export interface Shared {
  /** Of all answers; its owner begins the rounds. */
  readonly labels: LabelSets;
  /** Counts what is asked and answered. */
  readonly work: { -readonly [K in Exclude<keyof SourceWork, 'splitMetrics'>]: number };
}

/** Answers beyond this are refused; the batch is split instead. */
const LARGEST_ANSWER_BYTES = 512 * 1024 * 1024;

/**
 * Parameters that make clustered stores honest: an error rather than a partial answer (Thanos,
 * VictoriaMetrics), replicas deduplicated (Thanos), points exactly where they were asked for
 * (VictoriaMetrics). Prometheus and Mimir ignore parameters that they do not know.
 */
const STORE_PARAMETERS = {
  partial_response: 'false',
  dedup: 'true',
  deny_partial_response: '1',
  nocache: '1',
} as const;

/**
 * The only user of the library `prometheus-query`. It speaks HTTP for us; what it gets wrong is put
 * right here: plain objects thrown, warnings dropped, a Date per sample, redirects followed, no signal.
 *
 * @param shared without it each answer has labels of its own, and nothing is counted.
 */
export async function createPrometheusClient(
  config: PrometheusConfig,
  deps: ClientDeps,
  shared?: Shared,
): Promise<PrometheusClient> {
  const transport = await createTransport(config);
  // A long query that timed out is not worth repeating as it is: the caller splits it instead.
  const asked = <T extends { readonly samples: number }>(
    splittable: boolean,
    signal: AbortSignal,
    question: Question<T>,
  ): Promise<T> =>
    withRetries({
      attempts: config.attempts,
      deps,
      signal,
      worthRepeating: (failure) => failure.code !== 'timeout' || !splittable,
      attempt: () => ask({ transport, config, deps, signal, work: shared?.work }, question),
    });
  return {
    server: transport.server,
    range: (query, span, signal) =>
      asked(span.to > span.from, signal, {
        send: (driver) =>
          driver.rangeQuery(
            query,
            pointSeconds(span.grid, span.from) * 1000,
            pointSeconds(span.grid, span.to) * 1000,
            span.grid.stepSeconds,
            `${config.timeout}ms`,
          ),
        reader: () => matrixReader(span.grid, shared?.labels),
      }),
    instant: (query, span, signal, mayTimeOut = false) =>
      asked(mayTimeOut, signal, {
        send: (driver) => driver.instantQuery(query, span.to, `${config.timeout}ms`),
        reader: () => rawSamplesReader(span, shared?.labels),
      }),
    close: () => transport.close(),
  };
}

/** What is sent to the server, and how its answer is read. */
interface Question<T extends { readonly samples: number }> {
  send(driver: PrometheusDriver): Promise<unknown>;
  reader(): AnswerReader<T>;
}

interface Asking {
  readonly transport: Transport;
  readonly config: PrometheusConfig;
  readonly deps: ClientDeps;
  readonly signal: AbortSignal;
  readonly work: Shared['work'] | undefined;
}

/** The parts of an HTTP answer that are looked at. */
interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly data: AsyncIterable<Uint8Array>;
  readonly headers: unknown;
}

/** One attempt. The library has no per-request options, so each request has a driver of its own. */
async function ask<T extends { readonly samples: number }>(
  asking: Asking,
  question: Question<T>,
): Promise<T> {
  const { transport, config, signal, work } = asking;
  if (signal.aborted) throw aborted();
  const headers = await transport.headers().catch((cause: Error) => {
    throw new CollectError('unauthorized', cause.message, false, cause);
  });
  const deadline = AbortSignal.timeout(config.timeout);
  const host = new URL(transport.server).hostname.replace(/^\[(.*)\]$/, '$1');
  const exchange: { answer: T | null; failure: unknown } = {
    answer: null,
    failure: null,
  };
  const driver = new PrometheusDriver({
    endpoint: transport.server,
    preferPost: true,
    timeout: config.timeout,
    headers,
    requestInterceptor: {
      async onFulfilled(request) {
        for (const [name, value] of Object.entries(STORE_PARAMETERS)) {
          (request.data as URLSearchParams).append(name, value);
        }
        // What is signed is what is sent.
        request.data = (request.data as URLSearchParams).toString();
        request.headers.set('Content-Type', FORM);
        const { method = 'post', url = '', baseURL } = request;
        const outgoing = {
          method: method.toUpperCase(),
          url: new URL(url, baseURL),
          contentType: FORM,
          body: request.data as string,
        };
        const added = await transport.authorize(outgoing).catch((cause: Error) => {
          exchange.failure = new CollectError('unauthorized', cause.message, false, cause);
          throw cause;
        });
        for (const [name, value] of Object.entries(added)) request.headers.set(name, value);
        request.signal = AbortSignal.any([signal, deadline]);
        request.responseType = 'stream';
        request.maxRedirects = 0;
        request.validateStatus = () => true;
        request.maxContentLength = LARGEST_ANSWER_BYTES;
        request.decompress = false;
        request.httpAgent = transport.httpAgent;
        request.httpsAgent = transport.httpsAgent;
        // The proxy that the environment names cannot reach this machine's own servers.
        if (isLoopback(host)) request.proxy = false;
        // Inside a cluster, compressing costs both sides more than the bytes do.
        request.headers.set('Accept-Encoding', 'identity');
        return request;
      },
    },
    responseInterceptor: {
      async onFulfilled(response) {
        try {
          exchange.answer = await read(response as HttpAnswer, question, asking);
        } catch (failure) {
          // What breaks the connection is said as where none is made.
          if (!(failure instanceof RetryAfter)) throw failure;
          exchange.failure = failure;
        }
        // The library would make a Date of every sample: it gets to see an empty answer.
        response.data = { status: 'success', data: { resultType: 'matrix', result: [] } };
        return response;
      },
    },
  });
  const asked = performance.now();
  if (work !== undefined) work.queries += 1;
  try {
    await question.send(driver);
  } catch (thrown) {
    if (signal.aborted) throw aborted();
    if (exchange.failure !== null) throw exchange.failure;
    const failure = deadline.aborted
      ? new CollectError(
          'timeout',
          `${transport.server} did not answer within ${config.timeout / 1000} s (prometheus.timeout)`,
          true,
          thrown,
        )
      : classifyNetwork(thrown, transport.server);
    throw new RetryAfter(failure, null);
  } finally {
    if (work !== undefined) work.seconds += (performance.now() - asked) / SECOND_MS;
  }
  if (exchange.failure !== null) throw exchange.failure;
  const { answer } = exchange;
  if (answer === null) {
    throw new CollectError('bad-answer', `${transport.server} sent no answer`, false);
  }
  // A connection that is kept open keeps its last request, and with it all variables of this call.
  exchange.answer = null;
  return answer;
}

/** @throws RetryAfter, or what broke the connection */
async function read<T extends { readonly samples: number }>(
  response: HttpAnswer,
  question: Question<T>,
  asking: Asking,
): Promise<T> {
  const { transport, deps, work } = asking;
  const pause = retryAfterMs(header(response.headers, 'retry-after'), deps.now());
  const encoding = header(response.headers, 'content-encoding');
  const body = unpacked(counted(response.data, work), encoding);
  if (response.status !== 200) {
    if (work !== undefined) work.refusals += 1;
    const failed = { status: response.status, ...errorOf(await errorText(body), response) };
    throw new RetryAfter(classifyAnswer(failed, transport.server), pause);
  }
  const reader = question.reader();
  let start = '';
  let bytes = 0;
  const misunderstood = (cause: unknown): RetryAfter => {
    const failure = new CollectError(
      'bad-answer',
      `${transport.server} answered 200, but ${(cause as Error).message}; it begins ${JSON.stringify(start)} (a login page or a proxy in between?)`,
      // A cut-off answer is worth another attempt, a login page is not.
      start === '' || start.startsWith('{'),
      cause,
    );
    return new RetryAfter(failure, null);
  };
  const understood = <R>(take: () => R): R => {
    try {
      return take();
    } catch (cause) {
      throw misunderstood(cause);
    }
  };
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER_BYTES) {
        const tooLarge = `${transport.server}: the answer is too big`;
        throw new RetryAfter(new CollectError('too-large', tooLarge, false), null);
      }
      start ||= firstLine(chunk);
      understood(() => reader.feed(chunk));
    }
  } catch (error) {
    if (!(error instanceof PackingError)) throw error;
    start ||= error.start;
    throw misunderstood(error);
  }
  const answer = understood(() => reader.end());
  if ('errorType' in answer) {
    if (work !== undefined) work.refusals += 1;
    throw new RetryAfter(classifyAnswer({ status: 422, ...answer }, transport.server), pause);
  }
  if (work !== undefined) work.samples += answer.samples;
  return answer;
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  work: Shared['work'] | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (work !== undefined) work.bytes += chunk.length;
    yield chunk;
  }
}

function header(headers: unknown, name: string): string | undefined {
  const value = (headers as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** The API's own words where the body has them, else the beginning of the body. */
function errorOf(text: string, response: HttpAnswer): { errorType: string | null; error: string } {
  try {
    const parsed = JSON.parse(text) as { errorType?: unknown; error?: unknown; message?: unknown };
    const error = parsed.error ?? parsed.message;
    return {
      errorType: typeof parsed.errorType === 'string' ? parsed.errorType : null,
      error: typeof error === 'string' ? error : response.statusText,
    };
  } catch {
    // Not JSON: a proxy's page. Its markup helps nobody.
    const plain = oneLine(text.replace(/<[^<>]*>/g, ' ').slice(0, 300));
    return { errorType: null, error: plain === '' ? response.statusText : plain };
  }
}
