import type { Context } from 'hono';
import { z } from 'zod';

/** Rows an answer may have at most, so that no request can run away. */
const MAX_LIMIT = 1_000;

/** Query parameters of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
};

/** The headers of a page that was cut elsewhere, out of `total` rows. */
export function pageHeaders(
  context: Context,
  { limit, offset }: { readonly limit: number; readonly offset: number },
  total: number,
): Record<string, string> {
  const headers: Record<string, string> = { 'x-total-count': String(total) };
  if (offset + limit < total) {
    const next = new URL(context.req.url);
    next.searchParams.set('offset', String(offset + limit));
    headers['link'] = `<${next.pathname}${next.search}>; rel="next"`;
  }
  return headers;
}

/** Cuts a page out of a list; `Link: <…>; rel="next"` and `X-Total-Count` say what else there is. */
export function pageOf<T>(
  context: Context,
  all: readonly T[],
  page: { readonly limit: number; readonly offset: number },
): { readonly items: readonly T[]; readonly headers: Record<string, string> } {
  const { limit, offset } = page;
  const headers = pageHeaders(context, page, all.length);
  return { items: all.slice(offset, offset + limit), headers };
}
