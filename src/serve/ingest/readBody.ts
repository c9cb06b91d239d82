import { HttpProblem } from '../problem.ts';

/** What a body may take. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** The rest of the request is not read: the connection cannot be used for another. */
const CLOSES = { connection: 'close' };

/**
 * Reads a request's text within limits of size and time.
 * @throws HttpProblem 400, 408, 413, 415
 */
export async function readBody(
  { body, headers }: Request,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<string> {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new HttpProblem(
      415,
      `The body is encoded (${encoding.slice(0, 20)}): send it as it is`,
      CLOSES,
    );
  const tooLarge = new HttpProblem(
    413,
    `At most ${maxBytes / 1024} KiB at once: send fewer events`,
    CLOSES,
  );
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge;
  if (body === null) throw new HttpProblem(400, 'The body is empty');
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new HttpProblem(408, `The body did not arrive within ${timeoutMs / 1000} s`, CLOSES),
      ),
    timeoutMs,
  );
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) break;
      size += value.byteLength;
      if (size > maxBytes) throw tooLarge;
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error instanceof HttpProblem
      ? error
      : new HttpProblem(400, 'The body ended early', CLOSES);
  } finally {
    clearTimeout(timer);
  }
  if (size === 0) throw new HttpProblem(400, 'The body is empty');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new HttpProblem(400, 'The body is not UTF-8');
  }
}

/** Arrays and objects in each other, at most: events have five or six. */
const DEEPEST = 64;

/**
 * Parses JSON, or, as log shippers send it, one JSON object a line.
 * @throws HttpProblem 400
 */
export function parseJson(text: string): unknown {
  requireShallow(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const problem = new HttpProblem(
      400,
      `The body is no JSON: ${(error as Error).message.slice(0, 120)}`,
    );
    if (lines.length < 2) throw problem;
    try {
      return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      throw problem;
    }
  }
}

function requireShallow(text: string): void {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isString = false;
    } else if (code === QUOTE) isString = true;
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth -= 1;
    if (depth > DEEPEST) throw new HttpProblem(400, `The body nests deeper than ${DEEPEST} levels`);
  }
}

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [
  34, 92, 91, 93, 123, 125,
];
