import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }),
];

/** In the tree, or among the examples, whose paths are those of the tree they are copied into. */
function isThere(path: string): boolean {
  return [ROOT, join(ROOT, 'test/docs/examples')].some((folder) => existsSync(join(folder, path)));
}

it.each(DOCUMENTS)('%s names only files and folders that exist', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const paths = [
    ...text.matchAll(/`((?:src|demo|test|bench|scripts|docs|deploy|thresholds|bin)\/[^`\s*?]*)`/g),
  ].map(([, path = '']) => path);
  // NAME stands for what the reader adds.
  const missing = paths.filter((path) => !path.includes('NAME') && !isThere(path));
  expect(missing).toEqual([]);
});
