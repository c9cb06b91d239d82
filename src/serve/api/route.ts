import type { Utf8 } from '../questions/answerCosts.ts';
import { z } from 'zod';
import type { Given } from '../../model/given.ts';
import type { ServeDeps } from '../deps.ts';
import type { AccessScope, Principal } from '../security/principal.ts';
import type { PageOf } from '../../store/findingLog.ts';
import type { Asker } from '../changes.ts';

/**
 * One API call. Its schemas validate what comes in and are what the OpenAPI document is made of, so the
 * two cannot differ. To add a call is to add one file and one line in `routes.ts`.
 */
export interface ApiRoute {
  readonly method: 'get' | 'post' | 'delete';
  /** Path under `/api/v1` with OpenAPI placeholders: `/findings/{id}`. */
  readonly path: string;
  readonly scope: AccessScope;
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly response: z.ZodType;
  /** What it answers when all went well. */
  readonly status: 200 | 201;
  /** Only for principals that see every namespace. */
  readonly isWholeCluster?: boolean;
  /** True when the answer can be had as a table too (`format=csv`). */
  readonly hasCsv: boolean;
  handle(request: ApiRequest, deps: ServeDeps): Promise<ApiAnswer<unknown>>;
}

/** A request whose parts have passed the route's schemas. */
export interface ApiRequest<P = unknown, Q = unknown, B = unknown> {
  readonly principal: Principal;
  /** The namespaces that the principal may see; null for all. */
  readonly namespaces: readonly string[] | null;
  /** The principal, and where it asks from. */
  readonly asker: Asker;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** What is sent as JSON, or a text that was written in another thread. */
export type ApiAnswer<R> = (
  { readonly body: Given<R, never> } | { readonly text: string | Utf8; readonly type?: string }
) & {
  readonly headers?: Readonly<Record<string, string>>;
  /** Rows on all pages, of an answer that is one page: `X-Total-Count` and a `Link` to the next page say what else there is. */
  readonly total?: number;
};

interface Definition<P extends z.ZodObject, Q extends z.ZodObject, B, R> {
  readonly method: ApiRoute['method'];
  readonly path: string;
  readonly scope: AccessScope;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: z.ZodType<B>;
  readonly response: z.ZodType<R>;
  readonly status?: 201;
  readonly hasCsv?: true;
  readonly isWholeCluster?: true;
  handle(request: ApiRequest<z.output<P>, z.output<Q>, B>, deps: ServeDeps): Promise<ApiAnswer<R>>;
}

/** Ties a handler to its schemas, so that it sees their types and must give the response's. */
export function defineRoute<P extends z.ZodObject, Q extends z.ZodObject, B, R>(
  definition: Definition<P, Q, B, R>,
): ApiRoute {
  const nothing = z.strictObject({});
  return {
    params: nothing,
    query: nothing,
    body: null,
    status: 200,
    hasCsv: false,
    ...definition,
    // `routes.ts` has parsed all three parts with the schemas of this very definition.
    handle: (request, deps) =>
      definition.handle(request as ApiRequest<z.output<P>, z.output<Q>, B>, deps),
  };
}

/** Rows an answer may have at most, so that no request can run away. */
const MAX_LIMIT = 1_000;

/** Query parameters of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
};

/** A table as a file to keep. */
export function csvAnswer(text: string | Utf8, filename: string): ApiAnswer<never> {
  const headers = { 'content-disposition': `attachment; filename="${filename}"` };
  return { text, type: 'text/csv; charset=utf-8', headers };
}

/** A page of a list, in its outside form. */
export function pageOf<T, R>(all: readonly T[], { limit, offset }: PageOf, toJson: (one: T) => R) {
  return { body: all.slice(offset, offset + limit).map(toJson), total: all.length };
}
