import type { AnswerReader, MatrixError } from '../../src/collect/prometheus/matrix.ts';

/** What a reader makes of an answer that arrives in pieces of so many bytes, the last one shorter; whole by default. */
export function readAnswer<T>(
  reader: AnswerReader<T>,
  body: string | Buffer,
  pieceBytes = Infinity,
): T | MatrixError {
  const bytes = Buffer.from(body as string);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    reader.feed(bytes.subarray(at, at + pieceBytes));
  return reader.end();
}
