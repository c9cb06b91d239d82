import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ROOMS } from '../../scripts/rooms.ts';

const ARCHITECTURE = readFileSync(
  resolve(import.meta.dirname, '../../docs/architecture.md'),
  'utf8',
);

it('docs/architecture.md shows the rooms of scripts/rooms.ts, in their order', () => {
  const [, table = ''] = /<!-- rooms -->([^]*)<!-- \/rooms -->/.exec(ARCHITECTURE) ?? [];
  const rows = [...table.matchAll(/^\| `([^`]+)\/`\s*\| (.*?)\s*\|$/gm)];
  expect(rows.map(([, folder, reason]) => ({ folder, reason }))).toEqual(
    ROOMS.map(({ folder, reason }) => ({ folder, reason })),
  );
});
