// `npm pack` runs this first: Node strips no types under node_modules, so the package holds JavaScript
// (`dist/`) instead of the sources. A checkout and the image run `src/` as it is.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { extname, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const TARGET = resolve(ROOT, 'dist');

rmSync(TARGET, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [resolve(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.package.json'],
  { cwd: ROOT, stdio: 'inherit' },
);
// Fonts, price lists, traces, styles, thresholds, the version: whatever the code reads beside itself.
for (const part of ['src', 'demo', 'thresholds', 'package.json']) {
  cpSync(resolve(ROOT, part), resolve(TARGET, part), {
    recursive: true,
    filter: (path) => extname(path) !== '.ts',
  });
}
