/** Rows of text in columns, two blanks apart; the columns named stand at the right. */
export function columns(
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

/** Cents, and four digits below one unit, where cents would show nothing. */
export function money(units: number): string {
  return Math.abs(units) >= 1 || units === 0 ? units.toFixed(2) : units.toFixed(4);
}

/** A share, 0..1 or more, in whole percent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
