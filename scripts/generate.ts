// `npm run generate`: writes what is derived from the chart and from the configuration's schema. With `--check`, exit
// status 1 where a file is not what it would be.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { generatedFiles } from './generate/generatedFiles.ts';

const ROOT = resolve(import.meta.dirname, '..');

function current(path: string): string | null {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return null;
  }
}

for (const [path, text] of await generatedFiles(ROOT)) {
  if (current(path) === text) continue;
  process.stdout.write(`${path}\n`);
  if (process.argv.includes('--check')) {
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
}
