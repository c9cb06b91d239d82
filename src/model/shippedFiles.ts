import { basename, extname } from 'node:path';

/** What holds `src/`, `demo/`, `thresholds/` and `package.json`. Built code lies as deep in its tree as this file does in `src/`. */
const ROOT = new URL('../../', import.meta.url);

/** A file or folder that the code reads beside itself, by its path in a checkout; a folder's path ends in `/`. */
export function shippedFile(path: string): URL {
  return new URL(path, ROOT);
}

/** The file that a thread starts with, by the path of its source; a build has all entries in one folder. */
export function threadEntry(source: string): URL {
  return extname(import.meta.url) === '.ts'
    ? new URL(source, ROOT)
    : new URL(`${basename(source, '.ts')}.js`, import.meta.url);
}
