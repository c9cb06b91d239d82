import { expect, it } from 'vitest';
import { alignColumns, renderTable, type Column } from './table.ts';

interface Row {
  readonly id: string;
  readonly text: string;
  readonly cost: number;
}
const ROWS: readonly Row[] = [
  { id: '0123456789abcdef', text: 'x'.repeat(200), cost: 1 },
  { id: 'b', text: 'short\u001B[31m', cost: 22 },
];
const COLUMNS: readonly Column<Row>[] = [
  {
    title: 'ID',
    value: ({ id }) => id,
    whole: true,
    color: ({ id }) => (id === 'b' ? 'red' : null),
  },
  { title: 'TEXT', value: ({ text }) => text, maxWidth: 100 },
  { title: 'COST', value: ({ cost }) => cost, align: 'right' },
  { title: 'LESS', value: () => 'less needed', optional: true },
];
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

it('a pipe gets every column at its full width', () => {
  const text = renderTable(ROWS, COLUMNS);
  expect(widest(text)).toBe(16 + 2 + 100 + 2 + 4 + 2 + 11);
  expect(text).not.toContain('\u001B');
});

it.each([200, 100, 80, 60, 45])(
  'fits a terminal of %i columns, ids and numbers whole',
  (columns) => {
    const text = renderTable(ROWS, COLUMNS, { columns, hasColors: false });
    expect(widest(text)).toBeLessThanOrEqual(columns);
    expect(text).toContain('0123456789abcdef');
    expect(text).toContain(' 22');
    expect(text.includes('LESS')).toBe(columns > 50);
  },
);

it('colours cells only where the terminal has colours, and lines up all the same', () => {
  const colored = renderTable(ROWS, COLUMNS, { columns: 100, hasColors: true });
  expect(colored).toContain('\u001B[31mb               \u001B[39m  short');
  // eslint-disable-next-line no-control-regex
  expect(colored.replaceAll(/\u001B\[\d+m/g, '')).toBe(
    renderTable(ROWS, COLUMNS, { columns: 100, hasColors: false }),
  );
});

it('narrows the text of aligned columns, and is never endless where nothing can be cut', () => {
  const rows = [
    ['KEY', 'COST'],
    ['k'.repeat(60), '1.00'],
  ];
  const isRight = (index: number): boolean => index > 0;
  expect(widest(alignColumns(rows, isRight, { columns: 40, hasColors: false }))).toBe(40);
  expect(widest(alignColumns(rows, isRight, { columns: 1, hasColors: false }))).toBe(14 + 2 + 4);
});
