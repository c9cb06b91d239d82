import { csvText, printable } from './escape.ts';

/** How a command prints its data. */
export type OutputFormat = 'table' | 'json' | 'csv';

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | null;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
  /** What is longer is cut in a table (never in CSV). */
  readonly maxWidth?: number;
}

/**
 * Draws rows as a table whose columns line up. Names, labels and summaries are an attacker's text: no
 * control or escape character of theirs reaches the terminal.
 */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column) => cellText(column, row))),
  ];
  return `${alignColumns(cells, (column) => columns[column]?.align === 'right')}\n`;
}

/** Rows of text in columns, two blanks apart; the columns named stand at the right. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean,
): string {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  const pad = (cell: string, index: number): string =>
    isRight(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** The same rows as CSV (RFC 4180); what a spreadsheet would take for a formula stays text. */
export function renderCsv<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const lines = [
    columns.map(({ title }) => csvText(title.toLowerCase())),
    ...rows.map((row) =>
      columns.map(({ value }) => {
        const cell = value(row);
        return typeof cell === 'number' ? String(cell) : csvText(cell ?? '');
      }),
    ),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function cellText<T>({ value, maxWidth }: Column<T>, row: T): string {
  const text = printable(String(value(row) ?? ''));
  if (maxWidth === undefined || text.length <= maxWidth) return text;
  return `${text.slice(0, maxWidth - 1)}…`;
}
