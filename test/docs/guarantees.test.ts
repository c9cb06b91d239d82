import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8');
const promises = [...text.matchAll(/^\| (.+?) +\| `([^`]+\.test\.ts)`: (.+?) +\|$/gm)].map(
  ([, promise = '', file = '', name = '']) => ({ promise, file, name }),
);

it('the document has promises', () => {
  expect(promises.length).toBeGreaterThan(30);
});

it.each(promises)('$promise — has the test that it names', ({ file, name }) => {
  const path = join(ROOT, file);
  expect(existsSync(path)).toBe(true);
  // Names may hold an apostrophe, and may be broken over lines by their quotes only.
  expect(readFileSync(path, 'utf8')).toContain(name);
});
