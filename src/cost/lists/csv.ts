/** One record of a CSV file; `line` is where it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote was opened and never closed. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  readonly line: number;
  constructor(line: number) {
    super('a quote that opens here is never closed');
    this.line = line;
  }
}

/**
 * Reads CSV (RFC 4180: quoted cells, doubled quotes, line breaks within quotes; LF or CRLF). Empty lines and
 * lines that begin with `#` are left out, but counted.
 * @throws CsvError
 */
export function* readCsv(text: string): Generator<CsvRecord> {
  let position = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (position < text.length) {
    const newline = text.indexOf('\n', position);
    const end = newline === -1 ? text.length : newline;
    const raw = text.slice(position, end);
    const plain = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (plain.trim() === '' || plain.startsWith('#')) {
      position = end + 1;
      line += 1;
    } else if (!plain.includes('"')) {
      yield { line, cells: plain.split(',') };
      position = end + 1;
      line += 1;
    } else {
      const record = readQuoted(text, position, line);
      yield { line, cells: record.cells };
      position = record.next;
      line += record.lines;
    }
  }
}

function readQuoted(
  text: string,
  start: number,
  line: number,
): { readonly cells: readonly string[]; readonly next: number; readonly lines: number } {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let lines = 1;
  let position = start;
  for (; position < text.length; position++) {
    const char = text[position];
    if (quoted) {
      if (char === '"' && text[position + 1] === '"') {
        cell += '"';
        position += 1;
      } else if (char === '"') quoted = false;
      else {
        if (char === '\n') lines += 1;
        cell += char;
      }
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') break;
    else cell += char;
  }
  if (quoted) throw new CsvError(line);
  cells.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell);
  return { cells, next: position + 1, lines };
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
