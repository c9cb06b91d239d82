import type { TimeMs } from '../../model/time.ts';
import { PriceListError } from './parsePriceList.ts';
import type { GoodCopy } from './priceListCache.ts';

/** SkyPilot's largest catalog has 4 MB; what is far above is no price list. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Fetches a price list, or confirms by its tag that the good copy still holds.
 * @throws PriceListError when it cannot be had; the message has the name, not the address, which may hold a
 *   token, and the cure.
 */
export async function fetchPriceList(
  { address, name }: { readonly address: string; readonly name: string },
  good: GoodCopy | null,
  now: TimeMs,
  signal: AbortSignal,
): Promise<GoodCopy> {
  const etag = good?.etag ?? null;
  const headers: Record<string, string> = etag === null ? {} : { 'if-none-match': etag };
  try {
    const response = await fetch(address, { headers, signal, redirect: 'manual' });
    if (response.status === 304 && good !== null) return { ...good, fetchedAt: now };
    if (response.status >= 300 && response.status < 400 && response.status !== 304) {
      await response.body?.cancel();
      throw new PriceListError(
        `${name}: answered ${response.status}, a redirect, which is not followed: it could lead anywhere inside; set pricing.priceList.source to the final address`,
      );
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new PriceListError(
        `${name}: answered ${response.status} ${response.statusText}; check pricing.priceList.source`,
      );
    }
    return {
      text: await readLimited(response, name),
      fetchedAt: now,
      etag: response.headers.get('etag'),
    };
  } catch (error) {
    if (error instanceof PriceListError) throw error;
    throw new PriceListError(
      `${name}: cannot be fetched (${reasonOf(error).replaceAll(address, name)}); check the address, DNS, proxy and network policy`,
      { cause: error },
    );
  }
}

async function readLimited(response: Response, name: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new PriceListError(`${name}: is larger than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** fetch() hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
