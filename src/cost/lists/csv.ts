import { CsvError as ParseError, parse, type InfoRecord, type Options } from 'csv-parse';
import { parse as parseText } from 'csv-parse/sync';
import { pipeline, type Readable } from 'node:stream';

/** One record of a CSV file; `line` is where it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote was opened and never closed. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  readonly line: number;
  constructor(line: number, cause: unknown) {
    super('a quote that opens here is never closed', { cause });
    this.line = line;
  }
}

/** RFC 4180, LF or CRLF. Blank lines and lines that begin with `#` are left out, but counted. */
const FORM = {
  bom: true,
  comment: '#',
  comment_no_infix: true,
  info: true,
  raw: true,
  record_delimiter: ['\r\n', '\n'],
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
} satisfies Options;

/** A record as the parser gives it; `raw` has the comments and blank lines before it too. */
interface ParsedRecord {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: InfoRecord;
}

/** Reads the records of a CSV text. @throws CsvError */
export function readCsv(text: string): readonly CsvRecord[] {
  const lines = new LineCounter();
  try {
    return parseText(text, lines.options()) as unknown as readonly CsvRecord[];
  } catch (error) {
    throw lines.toCsvError(error);
  }
}

/** The same record by record, so that the size of the file does not matter. @throws CsvError */
export async function* streamCsv(input: Readable): AsyncGenerator<CsvRecord> {
  const lines = new LineCounter();
  try {
    // An error of the input ends the iteration of the parser, which throws it.
    yield* pipeline(input, parse(lines.options()), () => undefined) as AsyncIterable<CsvRecord>;
  } catch (error) {
    throw lines.toCsvError(error);
  }
}

/** Finds where records begin. The parser's own count takes a CRLF within quotes for two lines. */
class LineCounter {
  #read = 0;
  #skipped = 0;

  options(): Options {
    const onRecord = (parsed: ParsedRecord) => this.#toRecord(parsed);
    return { ...FORM, on_record: onRecord as unknown as NonNullable<Options['on_record']> };
  }

  toCsvError(error: unknown): unknown {
    const isOpen = error instanceof ParseError && error.code === 'CSV_QUOTE_NOT_CLOSED';
    return isOpen ? new CsvError(this.#read + 1, error) : error;
  }

  /** Null leaves a record of blank cells out. */
  #toRecord({ record, raw, info }: ParsedRecord): CsvRecord | null {
    const skipped = info.comment_lines + info.empty_lines;
    const line = this.#read + skipped - this.#skipped + 1;
    this.#read += raw.match(/\r\n?|\n/g)?.length ?? 0;
    this.#skipped = skipped;
    return record.some((cell) => cell.trim() !== '') ? { line, cells: record } : null;
  }
}

/** Values of comment lines of the form `# name: value` at the head of a file. */
export function readComments(text: string): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    if (!line.startsWith('#')) break;
    const match = /^#\s*([a-z-]+):\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) comments.set(match[1], match[2]);
  }
  return comments;
}
