import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupTime, listBackups, storeBackup } from '../../src/engines/backups/backups.ts';
import { Bucket } from '../../src/engines/backups/bucket.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../../src/model/time.ts';
import type { BackupConfig, BucketConfig } from '../../src/store/config.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../support/madeUpWindows.ts';
import { runCommand } from '../support/runCommand.ts';
import { ACCESS_KEY, SECRET_KEY, startS3, type S3Server } from '../support/s3Server.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { TempHistory } from '../support/tempHistory.ts';

const NOW = Date.UTC(2026, 10, 24, 3);
const { signal } = new AbortController();
let s3: S3Server;
let folder: TempFolder;
let keys: BucketConfig;

beforeAll(async () => {
  s3 = await startS3('backups');
  folder = new TempFolder();
});
beforeEach(() => {
  s3.objects.clear();
  keys = {
    endpoint: s3.url,
    region: 'eu-central-1',
    pathStyle: true,
    accessKeyId: ACCESS_KEY,
    secretAccessKey: SECRET_KEY,
  };
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const place = (keep = 7): BackupConfig => ({
  schedule: '',
  to: 's3://backups/team a/prod+eu',
  keep,
  s3: keys,
});

describe('backups in a bucket', () => {
  it('are signed, listed newest first over several pages, and the oldest dropped', async () => {
    const write = async (file: string) => writeFileSync(file, 'a history');
    const path = folder.file('burnwatch.db');
    s3.objects.set('team a/prod+eu/somebody’s', Buffer.from('else'));
    const stored: string[] = [];
    for (let day = 0; day < 7; day += 1)
      stored.push(await storeBackup(place(5), path, NOW + day * DAY_MS, write, signal));
    expect(stored[0]).toBe('s3://backups/team a/prod+eu/burnwatch-2026-11-24T03-00-00Z.db');
    const listed = await listBackups(place(), signal);
    expect(listed).toEqual(stored.toReversed().slice(0, 5));
    expect(backupTime(listed[0]!)).toBe(NOW + 6 * DAY_MS);
    expect(s3.objects.size).toBe(6);
    // Nothing stays behind beside the history.
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('that are large go up in parts, and come back byte by byte', async () => {
    const bytes = randomBytes(1 << 16);
    const file = folder.file('large');
    writeFileSync(file, Buffer.concat(Array.from({ length: 1_100 }, () => bytes)));
    const bucket = new Bucket('s3://backups', keys, signal);
    const before = s3.requests.length;
    const where = await bucket.put(file, 'burnwatch-2026-11-24T03-00-00Z.db');
    // Begun, two parts, completed.
    expect(s3.requests.length - before).toBe(4);
    await bucket.get(where, folder.file('back'));
    expect(readFileSync(folder.file('back')).equals(readFileSync(file))).toBe(true);
  });

  it('backup, doctor and restore work with them', async () => {
    using history = new TempHistory();
    const start = NOW - HOUR_MS;
    const path = await history.record('history', madeUpWindows(SMALL_CLUSTER, start, 12));
    const config = `${history.folder}/burnwatch.yaml`;
    writeFileSync(`${history.folder}/secret`, `${SECRET_KEY}\n`);
    writeFileSync(
      config,
      `cluster: test
history:
  path: ${path}
  backup:
    to: s3://backups/daily
    s3: { endpoint: ${s3.url}, region: eu-central-1, accessKeyId: ${ACCESS_KEY}, secretAccessKeyFile: secret }
`,
    );
    const run = (...args: string[]) => runCommand([...args, '--config', config], () => NOW);
    const made = await run('backup');
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^s3:\/\/backups\/daily\//) });
    expect((await run('doctor')).out).toContain(made.out.trim());
    const restored = await run('restore', made.out.trim());
    expect(restored).toMatchObject({ code: 0 });
    const reader = await openHistoryReader(path);
    expect((await reader.status()).watermark).toBe(NOW);
    await reader.close();
    expect(existsSync(`${path}.downloaded`)).toBe(false);
  });

  it.each([
    ['another key', { accessKeyId: 'AKID2' }, 'InvalidAccessKeyId: correct history.backup.s3'],
    ['a wrong secret', { secretAccessKey: 'no' }, 'SignatureDoesNotMatch: correct history.backup'],
    ['another region', { region: 'us-west-2' }, 'set history.backup.s3.region'],
    ['nobody there', { endpoint: 'http://127.0.0.1:9' }, 'failed to GET the list of s3://backups'],
  ])('refused with %s: said with the cure, and without the secret', async (_, change, message) => {
    const bucket = new Bucket('s3://backups', { ...keys, ...change }, signal);
    const error = await bucket.list().then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain(SECRET_KEY);
  });

  it('that are not there, or may not be read: said', async () => {
    const bucket = new Bucket('s3://missing', keys, signal);
    await expect(bucket.list()).rejects.toThrow('404 NoSuchBucket: create the bucket');
    const target = folder.file('nothing');
    const there = new Bucket('s3://backups', keys, signal);
    await expect(there.get('s3://backups/none', target)).rejects.toThrow('404 NoSuchKey');
    expect(existsSync(target)).toBe(false);
    s3.fail(403, 'AccessDenied');
    await expect(there.list()).rejects.toThrow('allow s3:ListBucket, s3:GetObject');
  });
});
