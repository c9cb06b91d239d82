import { pipeline } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { oneLine } from './failures.ts';

/** Of what is unpacked. */
const PIECE_BYTES = 256 * 1024;
/** What is read of an error: its words are at its beginning. */
const LARGEST_ERROR_BYTES = 256 * 1024;

/** A body is not compressed as it says. */
export class PackingError extends Error {
  /** How it begins, where it is no such thing from the beginning; empty for one that is cut off. */
  readonly start: string;
  constructor(message: string, start: string) {
    super(message);
    this.start = start;
  }
}

/** What has come of a body that is compressed. */
interface Arrival {
  start: string;
  /** What broke the connection. */
  broken: unknown;
}

/**
 * A body as it was before a proxy compressed it, though it was asked not to.
 *
 * @param encoding as `Content-Encoding` names it.
 * @throws PackingError, or what `body` throws
 */
export function unpacked(
  body: AsyncIterable<Uint8Array>,
  encoding = 'identity',
): AsyncIterable<Uint8Array> {
  const name = encoding.trim().toLowerCase();
  return name === '' || name === 'identity' ? body : unpack(body, name);
}

async function* unpack(
  body: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<Uint8Array> {
  if (!/^((x-)?gzip|deflate|br)$/.test(encoding)) {
    const start = oneLine((await errorText(body)).slice(0, 80));
    throw new PackingError(`it is compressed as ${oneLine(encoding)}`, start);
  }
  const arrival: Arrival = { start: '', broken: null };
  const options = { chunkSize: PIECE_BYTES };
  const unpacking = encoding === 'br' ? createBrotliDecompress(options) : createUnzip(options);
  try {
    yield* pipeline(packed(body, arrival), unpacking, () => undefined);
  } catch (error) {
    if (arrival.broken !== null) throw arrival.broken;
    const { message, code } = error as NodeJS.ErrnoException;
    throw new PackingError(message, code === 'Z_BUF_ERROR' ? '' : arrival.start);
  }
}

async function* packed(
  body: AsyncIterable<Uint8Array>,
  arrival: Arrival,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      arrival.start ||= firstLine(chunk);
      yield chunk;
    }
  } catch (error) {
    arrival.broken = error;
    throw error;
  }
}

/** How a text begins, to be shown. */
export function firstLine(bytes: Uint8Array): string {
  return oneLine(Buffer.from(bytes.subarray(0, 80)).toString('utf8'));
}

/** The text of an error, as far as it is read and can be unpacked. */
export async function errorText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= LARGEST_ERROR_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof PackingError)) throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}
