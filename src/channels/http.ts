import { SECOND_MS } from '../model/time.ts';
import { ChannelError, type FailureKind } from '../store/notifications/delivery.ts';

export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How errors call it; never its address, which may hold a secret. */
  readonly name: string;
}

const TIMEOUT_MS = 10 * SECOND_MS;

/**
 * Posts a body and throws unless it was taken. Redirects are not followed: no credential goes where
 * the configuration did not send it. @throws ChannelError
 */
export async function post(
  target: HttpTarget,
  body: string,
  contentType: string,
  signal: AbortSignal,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(target.url, {
      method: 'POST',
      headers: { 'user-agent': 'burnwatch', ...target.headers, 'content-type': contentType },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    // The connection is free only once the body is gone.
    await response.body?.cancel();
  } catch (error) {
    throw unreachable(target.name, error);
  }
  if (response.ok) return;
  const { status } = response;
  throw new ChannelError(kindOf(status), `http_${status}`, `${target.name} answered ${status}`, {
    inDoubt: status >= 500,
    retryAfterMs: retryAfter(response.headers.get('retry-after')),
  });
}

function kindOf(status: number): FailureKind {
  if (status === 401 || status === 403 || status === 407) return 'operator';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'transient';
  // A redirect, or an address that is not there.
  if (status < 400 || status === 404 || status === 405 || status === 410) return 'target';
  return 'message';
}

/** The connection was never made, so nothing can have arrived. */
export const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Nor where the certificate was refused. */
const NEVER_ARRIVED: ReadonlySet<string> = new Set([
  ...NEVER_CONNECTED,
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function unreachable(name: string, error: unknown): ChannelError {
  const code = errorCode(error);
  const text = `${name} could not be reached (${code})`;
  const inDoubt = !NEVER_ARRIVED.has(code);
  return new ChannelError('transient', code, text, { inDoubt, cause: error });
}

/** The innermost code of fetch's nested errors, or the name (`TimeoutError`, `AbortError`). */
export function errorCode(error: unknown): string {
  let inner = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (!(inner instanceof Error) || !(inner.cause instanceof Error)) break;
    inner = inner.cause;
  }
  if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string')
    return inner.code;
  return inner instanceof Error ? inner.name : 'unknown';
}

/** Seconds or an HTTP date, as milliseconds from now; null when it is neither. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * SECOND_MS;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
