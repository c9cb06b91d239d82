import type { Command } from 'commander';
import {
  jsonText,
  renderCsv,
  renderTable,
  type Column,
  type OutputFormat,
} from '../model/text/table.ts';
import type { Io } from './io.ts';
import { loadContext, withOutput, type CommandContext, type ConfigOption } from './options.ts';

/** How rows are printed. */
interface Rows<T> {
  readonly columns: readonly Column<T>[];
  /** Their outside form; without it they are as they are. */
  toJson?(row: T): unknown;
  /** Printed on stderr instead of an empty table. */
  readonly empty: string;
}

/** Prints rows as a table, as CSV, or as JSON in their outside form. */
export function printRows<T>(
  io: Io,
  rows: readonly T[],
  output: OutputFormat,
  { columns, empty, toJson = (row) => row }: Rows<T>,
): void {
  if (output === 'json') io.out(jsonText(rows.map((row) => toJson(row))));
  else if (output === 'csv') io.out(renderCsv(rows, columns));
  else if (rows.length > 0) io.out(renderTable(rows, columns, io.terminal));
  else io.err(`${empty}\n`);
}

/** Makes a command list what `read` finds, as `-o` says. */
export function listing<T, O>(
  command: Command,
  io: Io,
  read: (context: CommandContext, options: O) => Promise<readonly T[]>,
  rows: Omit<Rows<T>, 'empty'> & { readonly empty: string | ((options: O) => string) },
): void {
  type Options = ConfigOption & O & { readonly output: OutputFormat };
  withOutput(command).action(async (options: Options) => {
    const found = await read(loadContext(options, io), options);
    const empty = typeof rows.empty === 'string' ? rows.empty : rows.empty(options);
    printRows(io, found, options.output, { ...rows, empty });
  });
}
