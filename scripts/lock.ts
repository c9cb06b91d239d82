// `npm run lock`, after a change of dependencies: brings package-lock.json up to date. Away from
// node_modules, where npm would leave out the packages of other platforms.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const LOCK = 'package-lock.json';

/**
 * They bring their libraries along and say so (`"gypfile": false`). npm reads that in the lock file, but
 * does not write it there: `npm ci` would run node-gyp, which needs Python, make and Node's headers.
 */
const PREBUILT = ['better-sqlite3'];

interface LockFile {
  readonly packages: Record<string, Record<string, unknown>>;
}

const folder = mkdtempSync(join(tmpdir(), 'burnwatch-lock-'));
try {
  for (const file of ['package.json', LOCK, '.npmrc'])
    copyFileSync(join(ROOT, file), join(folder, file));
  const args = ['install', '--package-lock-only', '--ignore-scripts'];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
  const lock = JSON.parse(readFileSync(join(folder, LOCK), 'utf8')) as LockFile;
  for (const name of PREBUILT) {
    const locked = lock.packages[`node_modules/${name}`];
    if (locked === undefined) throw new Error(`${name} is not a dependency any more: see PREBUILT`);
    locked['gypfile'] = false;
  }
  writeFileSync(join(ROOT, LOCK), `${JSON.stringify(lock, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
