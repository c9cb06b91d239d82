import { execFileSync } from 'node:child_process';
import { copyFileSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findingJsonSchema } from '../../src/model/findingJson.ts';
import { DAY_MS, formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch, PROGRAM, type CliResult } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** What goes wrong with the file of the history, or with what Prometheus still has of the past. */
let cluster: TestCluster;
let good: TempFolder;

beforeAll(async () => {
  cluster = await startTestCluster({ hours: 8, containers: 60 });
  good = new TempFolder();
  await writeConfig(good.path, cluster.url);
  await backfill(good.path);
});
afterAll(async () => {
  good[Symbol.dispose]();
  await cluster[Symbol.asyncDispose]();
});

/** As if it were the end of the cluster's data now. */
function backfill(cwd: string, from = cluster.start + 5 * MINUTE_MS): Promise<CliResult> {
  const { env } = new TestClock(join(cwd, 'clock'), cluster.end + 5 * MINUTE_MS);
  const span = ['--from', formatTime(from), '--to', formatTime(cluster.end), '--no-notify'];
  return burnwatch(['backfill', ...span], { cwd, env });
}

/** Commands that write, and commands that read: all must say the same, without a stack trace. */
async function refusals(
  cwd: string,
  commands = ['costs', 'findings', 'run'],
): Promise<readonly string[]> {
  const results = [await backfill(cwd)];
  for (const args of commands.map((command) => [command]))
    results.push(await burnwatch(args, { cwd }));
  return results.map(({ code, stdout, stderr }) => {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  });
}

describe('a history that cannot be used', () => {
  it('is named with the cure when the file is no database', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url);
    writeFileSync(folder.file('burnwatch.db'), 'not a database at all\n'.repeat(1000));
    const before = readFileSync(folder.file('burnwatch.db'));
    for (const stderr of await refusals(folder.path))
      expect(stderr).toMatch(/burnwatch\.db is not a Burnwatch history .*: set history\.path to/);
    expect(readFileSync(folder.file('burnwatch.db')).equals(before)).toBe(true);
  });

  it('is named with the cure when the file is damaged', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url);
    const file = folder.file('burnwatch.db');
    copyFileSync(good.file('burnwatch.db'), file);
    // Everything behind the first page becomes noise, as a bad disk would leave it.
    const handle = openSync(file, 'r+');
    const noise = Buffer.alloc(statSync(file).size - 16_384, 0xa5);
    writeSync(handle, noise, 0, noise.length, 16_384);
    // The daemon moves it aside and goes on (`src/daemon/recoverHistory.ts`).
    for (const stderr of await refusals(folder.path, ['costs', 'findings']))
      expect(stderr).toMatch(
        /burnwatch\.db is damaged .*: restore a backup, or move the file away/,
      );
  });

  it.each([
    [
      { cluster: 'other' },
      /made with cluster test, the configuration says other: set cluster back/,
    ],
    [
      { pricing: { currency: 'EUR', exchangeRate: 0.9 } },
      /made with pricing\.currency USD, .* says EUR/,
    ],
    [{ schedule: { window: '10m' } }, /made with schedule\.window 300s, .* says 600s/],
  ])('is refused when it was made for something else: %j', async (change, message) => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url, change);
    copyFileSync(good.file('burnwatch.db'), folder.file('burnwatch.db'));
    const before = await dumpHistory(folder.file('burnwatch.db'));
    for (const args of [['once'], ['run']]) {
      const { code, stderr } = await burnwatch(args, { cwd: folder.path });
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
    }
    expect(differences(await dumpHistory(folder.file('burnwatch.db')), before)).toEqual([]);
  });

  it('is named when its folder is not there (a volume that was not mounted)', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url, { history: { path: './missing/burnwatch.db' } });
    const { code, stderr } = await backfill(folder.path);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the folder .*missing does not exist; create it, or set history\.path/);
  });

  // A file system of two megabytes of our own; where user namespaces are off this cannot be done.
  it.skipIf(!canMount())('a full disk: whole, said, and caught up once there is room', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url, { history: { path: './small/burnwatch.db' } });
    const [first, hour, end] = [
      cluster.start + 5 * MINUTE_MS,
      cluster.start + HOUR_MS,
      cluster.end,
    ].map(formatTime);
    // An hour is sealed while there is room; then somebody else leaves only 200 kB.
    const script = `
      mkdir small && mount -t tmpfs -o size=8m none small
      "$0" "${PROGRAM}" backfill --from ${first} --to ${hour} --no-notify
      dd if=/dev/zero of=small/filler bs=4k 2> /dev/null; truncate -s -200k small/filler
      "$0" "${PROGRAM}" backfill --from ${first} --to ${end} --no-notify 2> stderr; echo $? > code
      "$0" "${PROGRAM}" costs --from ${first} --to ${end} -o json > costs
      mkdir after && cp small/burnwatch.db* after/ && umount small`;
    const program = process.execPath;
    execFileSync('unshare', ['-rm', 'sh', '-c', script, program], {
      cwd: folder.path,
      stdio: 'pipe',
    });
    expect(readFileSync(folder.file('code'), 'utf8')).toBe('1\n');
    expect(readFileSync(folder.file('stderr'), 'utf8')).toMatch(
      /no room to write the history .*: the disk is full\. Nothing was lost; free some space/,
    );
    // It can still be read, and what is in it adds up.
    const costs = JSON.parse(readFileSync(folder.file('costs'), 'utf8')) as { coverage: number };
    expect(costs.coverage).toBeGreaterThan(0.07);
    expect(costs.coverage).toBeLessThan(0.95);
    await writeConfig(folder.path, cluster.url, { history: { path: './after/burnwatch.db' } });
    expect(await backfill(folder.path)).toMatchObject({ code: 0 });
    const after = await dumpHistory(folder.file('after/burnwatch.db'));
    expect(differences(after, await dumpHistory(good.file('burnwatch.db')))).toEqual([]);
  });
});

describe('a past that Prometheus no longer has', () => {
  it('a new history begins where the data begin, and says so', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url);
    const { code, stderr } = await backfill(folder.path, cluster.start - 5 * DAY_MS);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Prometheus holds data only from .* on: beginning there\./);
  });

  it('a history does not begin with a window that shows nothing: it could not begin earlier later', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url);
    const { env } = new TestClock(folder.file('clock'), cluster.end + 2 * DAY_MS);
    const at = (time: number) =>
      burnwatch(['once', '--at', formatTime(time)], { cwd: folder.path, env });
    const before = await at(cluster.start - DAY_MS);
    expect(before).toMatchObject({ code: 1, stdout: '' });
    expect(before.stderr).toMatch(/a history cannot begin with nothing: its data begin at /);
    const after = await at(cluster.end + DAY_MS);
    expect(after).toMatchObject({ code: 1, stdout: '' });
    expect(after.stderr).toMatch(
      /cannot begin with nothing: it holds data since .*, but none there/,
    );
    const { code, stderr } = await backfill(folder.path);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.not.stringMatching(/before it/),
    });
    const whole = await dumpHistory(good.file('burnwatch.db'));
    expect(differences(await dumpHistory(folder.file('burnwatch.db')), whole)).toEqual([]);
  });

  it('windows lost after downtime are sealed as unknown: said, never zero', async () => {
    using folder = new TempFolder();
    const first = cluster.start + 5 * MINUTE_MS;
    await writeConfig(folder.path, cluster.url);
    const span = ['--from', formatTime(first), '--to', formatTime(first + HOUR_MS)];
    await burnwatch(['backfill', ...span], { cwd: folder.path });
    // The same cluster, in a Prometheus that kept only its last two hours.
    await using younger = await startTestCluster({ hours: 2, containers: 60 });
    await writeConfig(folder.path, younger.url);
    const { code, stderr } = await backfill(folder.path);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /83 windows sealed, 59 of them unknown, as Prometheus no longer holds them/,
    );
    const lost = [
      '--from',
      formatTime(first + 2 * HOUR_MS),
      '--to',
      formatTime(first + 5 * HOUR_MS),
    ];
    const { stdout } = await burnwatch(['costs', ...lost, '-o', 'json'], { cwd: folder.path });
    expect(JSON.parse(stdout)).toMatchObject({ coverage: 0, rows: [], nodesCost: 0 });
    const list = await burnwatch(
      ['findings', '--kind', 'data-quality', '--state', 'all', '-o', 'json'],
      {
        cwd: folder.path,
      },
    );
    const said = z.array(findingJsonSchema).parse(JSON.parse(list.stdout));
    expect(said.map(({ summary }) => summary).join('\n')).toContain('Prometheus');
    expect(said.some(({ rule }) => rule === 'source-unavailable')).toBe(true);
  });
});

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
