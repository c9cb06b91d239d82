import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './freePort.ts';
import { findTool } from './tools.ts';
import type { Certificate } from '../src/serve/listen.ts';

const run = promisify(execFile);

/** A PostgreSQL server in a folder and on a port of its own. */
interface PostgresServer {
  url(database: string): string;
  /** Ends the server as `pg_ctl stop -m fast` (or `immediate`, as a crash) does. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  pid(): number;
}

export interface TestPostgres extends PostgresServer, AsyncDisposable {
  /** A URL of an empty database that only this call made. */
  database(): Promise<string>;
  /** Restarts the server with a copy that follows it: from then on a commit waits until the copy has it. */
  follow(): Promise<{ readonly copy: PostgresServer; promote(): Promise<void> }>;
}

export interface PostgresOptions {
  /** Takes only connections with TLS and passwords, except those of `admin`. */
  readonly certificate?: Certificate;
}

/** PostgreSQL refuses to run as root: then it runs as Debian’s user for it, else as nobody. */
function serverUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = ['postgres', 'nobody']
    .map((name) => entries.find((entry) => entry.startsWith(`${name}:`)))
    .find((entry) => entry !== undefined);
  const [, , uid, gid] = found?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

/** Starts PostgreSQL from PATH, from where Debian installs it, or from the unpacked package. */
export async function startPostgres({ certificate }: PostgresOptions = {}): Promise<TestPostgres> {
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'burnwatch-postgres-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
  const original = await serverIn(folder, 'data', user);
  await original.control('initdb', '-o', '-U admin --auth=trust -E UTF8 --no-sync');
  if (certificate !== undefined)
    original.settings.push(...secure(join(folder, 'data'), certificate, user));
  const { url, start, stop } = original.server;
  await start();
  const started = [original];
  let databases = 0;
  return {
    ...original.server,
    database: async () => {
      databases += 1;
      const name = `history_${databases}`;
      await query(url('postgres'), `CREATE DATABASE ${name}`);
      return url(name);
    },
    follow: async () => {
      await stop();
      await run('cp', ['-a', join(folder, 'data'), join(folder, 'copy')]);
      writeFileSync(join(folder, 'copy', 'standby.signal'), '');
      const copied = await serverIn(folder, 'copy', user);
      started.push(copied);
      const { port } = new URL(url('postgres'));
      copied.settings.push(`primary_conninfo=host=127.0.0.1 port=${port} user=admin`);
      original.settings.push('synchronous_standby_names=*');
      await start();
      await copied.server.start();
      return { copy: copied.server, promote: () => copied.control('promote', '-w') };
    },
    [Symbol.asyncDispose]: async () => {
      for (const { server } of started.toReversed())
        await server.stop('immediate').catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serverIn(folder: string, name: string, user: ReturnType<typeof serverUser>) {
  const program = await findTool('pg_ctl');
  const data = join(folder, name);
  const log = join(folder, `${name}.log`);
  const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C', HOME: folder } };
  const control = async (...args: readonly string[]): Promise<void> => {
    try {
      await run(program, ['-D', data, '-s', ...args], options);
    } catch (error) {
      const said = existsSync(log) ? readFileSync(log, 'utf8').slice(-4_000) : '';
      throw new Error(`PostgreSQL: pg_ctl ${args.join(' ')} failed:\n${said}`, { cause: error });
    }
  };
  const port = await freePort();
  const settings = ['fsync=off', 'max_connections=100', 'listen_addresses=127.0.0.1'];
  const server: PostgresServer = {
    url: (database) => `postgres://admin@127.0.0.1:${port}/${database}`,
    start: () => {
      const given = settings.map((each) => `-c "${each}"`);
      const all = [`-p ${port}`, `-k ${folder}`, ...given].join(' ');
      return control('start', '-w', '-l', log, '-o', all);
    },
    stop: (how = 'fast') => control('stop', '-w', '-m', how),
    pid: () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
  };
  return { server, settings, control };
}

function secure(
  data: string,
  { cert, key }: Certificate,
  { uid, gid }: ReturnType<typeof serverUser>,
): readonly string[] {
  const files = { 'server.crt': cert, 'server.key': key };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    if (uid !== undefined) chownSync(join(data, name), uid, gid!);
  }
  const lines = ['host all admin 127.0.0.1/32 trust', 'hostssl all all 127.0.0.1/32 scram-sha-256'];
  writeFileSync(join(data, 'pg_hba.conf'), `${lines.join('\n')}\n`);
  return ['ssl=on'];
}

/** Runs statements as the server’s administrator and gives the rows of the last one. */
export async function query<Row>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
