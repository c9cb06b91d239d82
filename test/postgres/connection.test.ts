import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/apiServer/certificate.ts';
import { burnwatch } from '../support/cli.ts';
import { query, startPostgres, type TestPostgres } from '../../demo/postgresServer.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { writeConfig } from '../support/testCluster.ts';

const PASSWORD = 'hunter/22 of “burnwatch”';
const certificate = makeCertificate();
let server: TestPostgres;
let url: string;

/** Runs a command with a history; Prometheus is not needed to open one. */
async function run(
  history: Readonly<Record<string, unknown>>,
  { args = ['costs'], env = {}, files = {} }: RunOptions = {},
) {
  using folder = new TempFolder();
  for (const [name, text] of Object.entries({ 'ca.pem': certificate.cert, ...files })) {
    writeFileSync(folder.file(name), text);
    chmodSync(folder.file(name), 0o600);
  }
  await writeConfig(folder.path, 'http://127.0.0.1:9', { history });
  const variables = Object.entries(env).map(([name, file]) => [name, folder.file(file)]);
  return await burnwatch(args, {
    cwd: folder.path,
    env: { HOME: folder.path, ...Object.fromEntries(variables) },
  });
}

interface RunOptions {
  readonly args?: readonly string[];
  /** Names of files in the folder, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

beforeAll(async () => {
  server = await startPostgres({ certificate });
  const admin = await server.database();
  await query(admin, `CREATE ROLE burnwatch LOGIN PASSWORD '${PASSWORD}'`);
  await query(admin, 'CREATE SCHEMA burnwatch_test AUTHORIZATION burnwatch');
  url = admin.replace('admin@', 'burnwatch@');
});
afterAll(() => server[Symbol.asyncDispose]());

const withPassword = (): string =>
  url.replace('burnwatch@', `burnwatch:${encodeURIComponent(PASSWORD)}@`);
const VERIFIED = '?sslmode=verify-full&sslrootcert=ca.pem';
/** Makes the history, as a role that owns its schema and nothing else. */
const MAKE = { args: ['once'] };

describe('history.url', () => {
  it('opens a history by TLS, checked against an authority, with the password in the URL', async () => {
    const { code, stderr } = await run({ url: `${withPassword()}${VERIFIED}` }, MAKE);
    expect([code, stderr]).toEqual([1, expect.stringContaining('127.0.0.1:9')]);
    const roles = `SELECT tableowner AS owner FROM pg_tables WHERE schemaname = 'burnwatch_test' AND tablename = 'windows'`;
    expect(await query(url.replace('burnwatch@', 'admin@'), roles)).toEqual([
      { owner: 'burnwatch' },
    ]);
  });

  it('takes the password from a password file, or the whole URL from a file', async () => {
    const port = new URL(url).port;
    const files = {
      passwords: `127.0.0.1:${port}:*:burnwatch:${PASSWORD.replaceAll(/[:\\]/g, '\\$&')}\n`,
      url: `${withPassword()}${VERIFIED}\n`,
    };
    const byPasswordFile = await run(
      { url: `${url}${VERIFIED}` },
      {
        files,
        env: { PGPASSFILE: 'passwords' },
      },
    );
    expect(byPasswordFile.stderr).toContain('The history holds nothing yet');
    const byUrlFile = await run({ urlFile: 'url' }, { files });
    expect(byPasswordFile.stderr).not.toContain('Warning');
    expect(byUrlFile.stderr).toContain('The history holds nothing yet');
  });

  it('refuses a server with a certificate of another authority', async () => {
    const files = { 'ca.pem': makeCertificate().cert };
    const { code, stderr } = await run({ url: `${withPassword()}${VERIFIED}` }, { files });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no secure connection .*sslrootcert in history\.url/);
  });

  it('names the setting and the cure, and never the password', async () => {
    const secret = withPassword();
    const cases: readonly (readonly [url: string, said: RegExp])[] = [
      [secret.replace(/:\d+\/(?=\w+$)/, ':1/') + VERIFIED, /cannot be reached.*history\.url/],
      [secret.replace(/\/\w+$/, '/absent') + VERIFIED, /"absent" does not exist.*CREATE DATABASE/],
      [secret.replace(/%22|hunter/, 'wrong') + VERIFIED, /refused the role or its password/],
      [`${url}${VERIFIED}`, /password/],
    ];
    for (const [each, said] of cases) {
      const { code, stderr } = await run({ url: each });
      expect([each, code]).toEqual([each, 1]);
      expect(stderr).toMatch(said);
      expect(stderr).not.toMatch(/hunter|%2F22/);
    }
  });

  it('names a password file that cannot be read, and is as strict with the weaker modes of TLS', async () => {
    const unreadable = { args: ['costs'], env: { PGPASSFILE: '.' } };
    expect(await run({ url: `${url}${VERIFIED}` }, unreadable)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^burnwatch: the password file .* cannot be read \(EISDIR\)/),
    });
    const required = await run({ url: `${withPassword()}?sslmode=require` });
    expect(required).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^burnwatch: .*no secure connection/),
    });
  });

  it('refuses a role that may make no schema, naming the chapter', async () => {
    const other = { url: `${withPassword()}${VERIFIED}` };
    using folder = new TempFolder();
    writeFileSync(folder.file('ca.pem'), certificate.cert);
    await writeConfig(folder.path, 'http://127.0.0.1:9', { cluster: 'other', history: other });
    const { code, stderr } = await burnwatch(['once'], { cwd: folder.path });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/lacks a privilege.*"Role"/)]);
  });

  it('does not take a history for absent that the role may not read, or that lacks a table', async () => {
    const admin = url.replace('burnwatch@', 'admin@');
    const own = { url: `${withPassword()}${VERIFIED}` };
    await query(admin, 'ALTER SCHEMA burnwatch_test OWNER TO admin');
    expect(await run(own)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/lacks a privilege.*schema burnwatch_test/),
    });
    await query(admin, 'ALTER SCHEMA burnwatch_test OWNER TO burnwatch');
    await query(admin, 'ALTER TABLE burnwatch_test.meta RENAME TO moved');
    expect(await run(own)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^burnwatch: postgres:.*"meta".*restore/),
    });
    await query(admin, 'ALTER TABLE burnwatch_test.moved RENAME TO meta');
    expect(await run(own)).toMatchObject({ code: 0 });
  });

  it('refuses to write to a server that is read-only', async () => {
    await query(
      url.replace('burnwatch@', 'admin@'),
      'ALTER ROLE burnwatch SET default_transaction_read_only = on',
    );
    const { code, stderr } = await run({ url: `${withPassword()}${VERIFIED}` }, MAKE);
    await query(
      url.replace('burnwatch@', 'admin@'),
      'ALTER ROLE burnwatch RESET default_transaction_read_only',
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(/takes no writes .*read-only/)]);
  });

  it('is a mistake of the configuration together with path, with another address or with backups', async () => {
    const wrong = async (history: Readonly<Record<string, unknown>>, said: RegExp) => {
      const { code, stderr } = await run(history);
      expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    };
    await wrong({ url, path: 'burnwatch.db' }, /history\.path.*url/);
    await wrong({ url, urlFile: 'ca.pem' }, /history\.urlFile.*url/);
    await wrong({ url: 'https://example.com/db' }, /history\.url.*postgres:/);
    await wrong({ url: 'postgres://example.com' }, /history\.url.*name of a database/);
    await wrong({ url: 'postgres://u:p/w@example.com/db' }, /history\.url/);
    await wrong({ url: 'postgres://u@a:5432,b:5432/db' }, /history\.url.*one address/);
    await wrong({ url: `${url}?sslmode=verify-ful` }, /history\.url.*sslmode.*verify-full,/);
    await wrong({ url, backup: { to: 'backups' } }, /history\.backup.*PostgreSQL/);
  });
});
