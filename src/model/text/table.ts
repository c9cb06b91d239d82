import { styleText } from 'node:util';
import { csvText, printable } from './escape.ts';

/** How a command prints its data. */
export type OutputFormat = 'table' | 'json' | 'csv';

/** What a table is drawn on; null where it goes into a file or a pipe: nothing is cut or coloured there. */
export interface Terminal {
  readonly columns: number;
  readonly hasColors: boolean;
}

/** A value as `-o json` prints it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | null;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
  /** What is longer is cut in a table (never in CSV). */
  readonly maxWidth?: number;
  /** Never cut to fit a terminal: it is copied from there. */
  readonly whole?: true;
  /** Left out of a table where the terminal is too narrow for all columns. */
  readonly optional?: true;
  readonly color?: (row: T) => 'red' | 'yellow' | 'green' | null;
}

/** A column of numbers, which stand at the right. */
export function figures<T>(title: string, value: Column<T>['value']): Column<T> {
  return { title, value, align: 'right' };
}

/** Columns of a CSV file that are named like the fields they hold; what is absent stays empty. */
export function fieldColumns<K extends string>(fields: readonly K[]) {
  type Row = Readonly<Partial<Record<K, string | number | null>>>;
  return fields.map((title): Column<Row> => ({ title, value: (row) => row[title] ?? null }));
}

/** Text columns become no narrower than this to fit a terminal. */
const MIN_WIDTH = 14;
const GAP = '  ';

/**
 * Draws rows as a table whose columns line up. Names, labels and summaries are an attacker's text: no
 * control or escape character of theirs reaches the terminal.
 */
export function renderTable<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  terminal: Terminal | null = null,
): string {
  const all = columns.map((column) => {
    const cells = rows.map((row) => cellText(column, row));
    return { column, cells, width: widest([column.title, ...cells]) };
  });
  const shown = terminal === null ? all : withoutOptional(all, terminal.columns);
  const isRight = (index: number): boolean => shown[index]?.column.align === 'right';
  const widths = fitWidths(
    shown.map(({ width }) => width),
    (index) => isRight(index) || shown[index]?.column.whole === true,
    terminal,
  );
  const head = alignRow(
    shown.map(({ column }) => column.title),
    widths,
    isRight,
  ).join(GAP);
  const lines = rows.map((row, at) => {
    const cells = shown.map(({ cells: texts }) => texts[at] ?? '');
    const aligned = alignRow(cells, widths, isRight);
    if (terminal?.hasColors !== true) return aligned.join(GAP);
    return aligned
      .map((cell, index) => {
        const color = shown[index]?.column.color?.(row) ?? null;
        return color === null ? cell : styleText(color, cell, { validateStream: false });
      })
      .join(GAP);
  });
  return [head, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** Rows of text in columns, two blanks apart; the columns named stand at the right. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean,
  terminal: Terminal | null = null,
): string {
  const widths = (rows[0] ?? []).map((_, index) => widest(rows.map((row) => row[index] ?? '')));
  const fitted = fitWidths(widths, isRight, terminal);
  return rows.map((row) => alignRow(row, fitted, isRight).join(GAP).trimEnd()).join('\n');
}

function alignRow(
  cells: readonly string[],
  widths: readonly number[],
  isRight: (column: number) => boolean,
): readonly string[] {
  return cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return isRight(index) ? cell.padStart(width) : cut(cell, width).padEnd(width);
  });
}

function widest(cells: readonly string[]): number {
  return Math.max(0, ...cells.map((cell) => cell.length));
}

/** Narrows the widest columns of text until all of them fit, as far as they may become narrower. */
function fitWidths(
  widths: readonly number[],
  isWhole: (column: number) => boolean,
  terminal: Terminal | null,
): readonly number[] {
  const fitted = [...widths];
  if (terminal === null) return fitted;
  for (let over = lineWidth(fitted) - terminal.columns; over > 0; over -= 1) {
    const widthOf = (index: number): number => (isWhole(index) ? 0 : (fitted[index] ?? 0));
    const at = fitted.reduce(
      (best, _, index) => (widthOf(index) > widthOf(best) ? index : best),
      0,
    );
    if (widthOf(at) <= MIN_WIDTH) break;
    fitted[at] = widthOf(at) - 1;
  }
  return fitted;
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * Math.max(0, widths.length - 1));
}

/** Drops optional columns, the last first, until the others fit at their narrowest. */
function withoutOptional<T extends { readonly column: Column<never>; readonly width: number }>(
  all: readonly T[],
  most: number,
): readonly T[] {
  const narrowest = all.map(({ column, width }) =>
    column.align === 'right' || column.whole === true ? width : Math.min(width, MIN_WIDTH),
  );
  if (lineWidth(narrowest) <= most) return all;
  const drop = all.findLastIndex(({ column }) => column.optional === true);
  return drop < 0 ? all : withoutOptional(all.toSpliced(drop, 1), most);
}

/**
 * The same rows as CSV (RFC 4180); what a spreadsheet would take for a formula stays text. Titles in capitals, as tables
 * have them, are written small.
 */
export function renderCsv<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const lines = [
    columns.map(({ title }) =>
      csvText(title === title.toUpperCase() ? title.toLowerCase() : title),
    ),
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
  return maxWidth === undefined ? text : cut(text, maxWidth);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
