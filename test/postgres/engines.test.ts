import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTime } from '../../src/model/time.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { burnwatch } from '../support/cli.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { startPostgres, type TestPostgres } from '../../demo/postgresServer.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';

let cluster: TestCluster;
let server: TestPostgres;
let url: string;
let onFile: TempFolder;
let onPostgres: TempFolder;

beforeAll(async () => {
  onFile = new TempFolder();
  onPostgres = new TempFolder();
  cluster = await startTestCluster({ hours: 6, minerFromHour: 3 });
  server = await startPostgres();
  url = await server.database();
  await writeConfig(onFile.path, cluster.url);
  await writeConfig(onPostgres.path, cluster.url, { history: { url } });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  onFile[Symbol.dispose]();
  onPostgres[Symbol.dispose]();
});

const both = async (...args: readonly string[]) => {
  const file = await burnwatch(args, { cwd: onFile.path });
  const postgres = await burnwatch(args, { cwd: onPostgres.path });
  return { file, postgres };
};

describe('the main path on SQLite and on PostgreSQL', () => {
  it('says what to do while there is no history', async () => {
    const { postgres } = await both('costs');
    expect(postgres.code).toBe(1);
    expect(postgres.stderr).toMatch(/there is no history in .*cluster test.* yet: start/);
  });

  it('records the same rows', async () => {
    const span = ['--from', formatTime(cluster.start), '--to', formatTime(cluster.end)];
    const { file, postgres } = await both('backfill', ...span, '--no-notify');
    expect([file.code, postgres.code, postgres.stderr]).toEqual([0, 0, expect.any(String)]);
    const location = postgresLocation(url, 'test');
    expect(
      differences(await dumpHistory(location), await dumpHistory(onFile.file('burnwatch.db'))),
    ).toEqual([]);
  });

  it('gives the same answers, to the last digit', async () => {
    const span = ['--from', formatTime(cluster.start), '--to', formatTime(cluster.end)];
    for (const args of [
      ...['namespace', 'workload', 'owner', 'node', 'label:app'].map((by) => [
        'costs',
        ...span,
        '--by',
        by,
      ]),
      ['findings', '--state', 'all'],
      ['recommend'],
    ]) {
      const { file, postgres } = await both(...args, '-o', 'json');
      expect([args, postgres.code, postgres.stdout]).toEqual([args, 0, file.stdout]);
    }
  });
});
