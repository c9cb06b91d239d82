import { SECOND_MS } from '../../../model/time.ts';
import type { ClientDeps } from '../../prometheus/client.ts';
import type { RawObject } from '../rawObjects.ts';
import { ApiFailure } from './apiFailure.ts';
import type { Connection } from './connect.ts';
import { request, requestText, type ApiRequestOptions } from './request.ts';

const ATTEMPTS = 3;
/** A server that asks for more patience is asked again in the next cycle. */
const MAX_WAIT_MS = 10 * SECOND_MS;
/** Half of kubectl's: some 2 MB of JSON, most of which is still young when it is thrown away. */
const PAGE = 250;
/** Lists whose `continue` expires again and again are read in one piece in the end, as client-go does. */
const RESTARTS = 2;

/** What is asked of an API server; every call fails with an `ApiFailure`. */
export interface ApiClient {
  /**
   * Lists objects page by page; `begin` is called before the first page, and again when the list has to be
   * read from the start (410).
   *
   * @param query besides `limit` and `continue`, such as a selector.
   */
  list(
    path: string,
    metadataOnly: boolean,
    pages: { begin(): void; page(items: readonly RawObject[]): void },
    signal: AbortSignal,
    query?: URLSearchParams,
  ): Promise<void>;
  get(path: string, signal: AbortSignal): Promise<RawObject>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<RawObject>;
  /** Sends a change once: whether one whose answer was lost was made is for the caller to look up. */
  write(path: string, change: ApiChange, signal: AbortSignal): Promise<RawObject>;
  /** An answer that is no JSON, such as a log. */
  text(path: string, signal: AbortSignal): Promise<string>;
}

export type ApiChange = Required<Pick<ApiRequestOptions, 'method' | 'body'>> &
  Pick<ApiRequestOptions, 'contentType'>;

/** Pages of one list at most: a million objects. */
const MAX_PAGES = 4_000;

const METADATA_ONLY =
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io, application/json';

/**
 * A thin client: credentials come from the connection, objects stay as they are.
 *
 * @param timeoutMs for each request.
 * @param pageSize objects of one page of a list.
 */
export function createApiClient(
  connection: Connection,
  deps: Pick<ClientDeps, 'sleep' | 'random'>,
  timeoutMs: number,
  pageSize = PAGE,
): ApiClient {
  async function ask(
    path: string,
    signal: AbortSignal,
    options?: ApiRequestOptions,
  ): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTime(timeoutMs, signal, (within) =>
          request(connection, path, within, options),
        );
      } catch (error) {
        if (!(error instanceof ApiFailure) || !isPassing(error) || attempt >= ATTEMPTS) throw error;
        const wait = error.retryAfterMs ?? SECOND_MS * 0.5 * 2 ** attempt * (0.5 + deps.random());
        if (wait > MAX_WAIT_MS) throw error;
        await deps.sleep(wait, signal);
      }
    }
  }

  return {
    async list(path, metadataOnly, pages, signal, query = new URLSearchParams()) {
      const options = metadataOnly ? { accept: METADATA_ONLY } : {};
      for (let restarts = 0; ; restarts += 1) {
        const limit = restarts < RESTARTS ? pageSize : 0;
        pages.begin();
        try {
          let token = '';
          for (let count = 1; ; count += 1) {
            const asked = new URLSearchParams(query);
            asked.set('limit', `${limit}`);
            if (token) asked.set('continue', token);
            const list = readList(await ask(`${path}?${asked.toString()}`, signal, options));
            pages.page(list.items);
            if (list.next === '') return;
            if (list.next === token || count === MAX_PAGES)
              throw new ApiFailure('bad-answer', 'it answers with a list that never ends');
            token = list.next;
          }
        } catch (error) {
          const isExpired = error instanceof ApiFailure && error.code === 'expired';
          if (!isExpired || limit === 0) throw error;
        }
      }
    },
    get: (path, signal) => ask(path, signal) as Promise<RawObject>,
    post: (path, body, signal) => ask(path, signal, { method: 'POST', body }) as Promise<RawObject>,
    write: (path, change, signal) =>
      inTime(timeoutMs, signal, (within) =>
        request(connection, path, within, change),
      ) as Promise<RawObject>,
    text: (path, signal) =>
      inTime(timeoutMs, signal, (within) =>
        requestText(connection, path, within, { accept: '*/*' }),
      ),
  };
}

/** A page of a list; `next` is empty at its end. The API server writes an empty list of metadata as null. */
function readList(answer: unknown): {
  readonly items: readonly RawObject[];
  readonly next: string;
} {
  const { items, metadata } = (answer ?? {}) as {
    readonly items?: unknown;
    readonly metadata?: { readonly continue?: unknown } | null;
  };
  const next = metadata?.continue ?? '';
  if ((items !== null && !Array.isArray(items)) || typeof next !== 'string')
    throw new ApiFailure('bad-answer', 'it answers with something that is no list of objects');
  return { items: (items ?? []) as readonly RawObject[], next };
}

async function inTime<T>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (timeout.aborted && !signal.aborted) {
      throw new ApiFailure('timeout', `it did not answer within ${timeoutMs / SECOND_MS} s`);
    }
    throw error;
  }
}

function isPassing({ code }: ApiFailure): boolean {
  return code === 'overloaded' || code === 'server-error' || code === 'unreachable';
}
