import Database from 'better-sqlite3';
import {
  existsSync,
  mkdirSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dumpHistory } from '../../../test/support/dumpHistory.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { IDENTITY, TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader, openOperatorLog, openSilenceStore } from '../openHistory.ts';
import type { StateCodec } from '../../store/stateCodec.ts';
import { createSilence } from '../../notify/silences/createSilence.ts';
import { openOrRecover } from '../../daemon/recoverHistory.ts';
import { backUpFile, compactFile, damageOf, restoreFile } from './backup.ts';
import { backupName, dropOldInFolder, listFolder } from '../backups/folder.ts';
import { damageInside, examineFile as examineHistory } from './examine.ts';
import { openForWriting } from './database.ts';

const START = Date.UTC(2026, 10, 20, 8);
const NOW = START + 86_400_000;
const records = (windows: number) => madeUpWindows(SMALL_CLUSTER, START, windows);

async function recorded(temp: TempHistory, windows = 24): Promise<string> {
  return temp.record('history', records(windows));
}

describe('backup and restore', () => {
  test('a copy that is made while windows are sealed holds what was sealed', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    await writer.recordWindows(records(12));
    const target = join(temp.folder, 'copy.db');
    await backUpFile(temp.path(), target);
    const copied = await dumpHistory(target);
    await writer.recordWindows(records(24).slice(12));
    await writer.close();
    expect(await dumpHistory(target)).toEqual(copied);
    expect(await damageInside(target)).toBeNull();
    expect(statSync(target).mode & 0o007).toBe(0);
    await expect(backUpFile(temp.path(), target)).rejects.toThrow('exists already');
  });

  test('a restored history is the backup, and goes on from there to what the original became', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp, 12);
    const backup = join(temp.folder, 'copy.db');
    await backUpFile(path, backup);
    const on = await temp.openWriter();
    await on.recordWindows(records(24).slice(12));
    await on.close();
    const original = await dumpHistory(path);
    const { aside, watermark } = await restoreFile({
      path,
      backup,
      command: 'restore',
      now: NOW,
    });
    expect(watermark).toBe(START + 12 * 300_000);
    expect(await dumpHistory(aside!)).toEqual(original);
    const again = await temp.openWriter();
    await again.recordWindows(records(24).slice(12));
    await again.close();
    const windowsOf = (dump: unknown) =>
      Object.entries(dump as Record<string, unknown>).filter(
        ([table]) => !table.startsWith('ops_'),
      );
    expect(windowsOf(await dumpHistory(path))).toEqual(windowsOf(original));
  });

  test('decisions and silences since the backup are taken from the old history, and named', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp);
    const backup = join(temp.folder, 'copy.db');
    await backUpFile(path, backup);
    await decide(path, 'f-1');
    const restored = await restoreFile({ path, backup, command: 'restore', now: NOW });
    expect(restored).toMatchObject({
      isCarriedOver: true,
      decisions: [{ findingId: 'f-1', action: 'acknowledge' }],
    });
    const silences = await openSilenceStore(path);
    expect(await silences.list(NOW)).toHaveLength(1);
    await silences.close();
  });

  test('with an old history that cannot be read, waiting messages are cancelled and nothing counts as new', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp);
    const backup = join(temp.folder, 'copy.db');
    await backUpFile(path, backup);
    truncateSync(path, 20_000);
    const restored = await restoreFile({ path, backup, command: 'restore', now: NOW });
    expect(restored).toMatchObject({ isCarriedOver: false, decisions: [] });
    const db = openForWriting(path);
    const told = db
      .prepare("SELECT value FROM ops_notify_state WHERE key = 'told_until'")
      .pluck()
      .get() as number;
    db.close();
    expect(told).toBe(Math.round(statSync(restored.aside!).mtimeMs));
  });

  test('a damaged backup is refused, and the history stays', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp);
    const backup = join(temp.folder, 'copy.db');
    await backUpFile(path, backup);
    truncateSync(backup, statSync(backup).size - 5_000);
    const before = await dumpHistory(path);
    const refused = restoreFile({ path, backup, command: 'restore', now: NOW });
    await expect(refused).rejects.toMatchObject({ code: 'corrupt' });
    expect(await dumpHistory(path)).toEqual(before);
  });

  test('a folder keeps the newest backups and whatever else lies there', () => {
    using temp = new TempHistory();
    const times = [0, 1, 2, 3].map((day) => NOW + day * 86_400_000);
    for (const at of times) writeFileSync(join(temp.folder, backupName(at)), '');
    writeFileSync(join(temp.folder, 'notes.db'), '');
    dropOldInFolder(temp.folder, 2);
    expect(listFolder(temp.folder)).toEqual(
      [times[3]!, times[2]!].map((at) => join(temp.folder, backupName(at))),
    );
    expect(existsSync(join(temp.folder, 'notes.db'))).toBe(true);
  });
});

describe('files', () => {
  test('the lock holds for the file, whatever symbolic link leads to it', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    symlinkSync(temp.path(), temp.path('other'));
    await expect(temp.openWriter('other')).rejects.toMatchObject({ code: 'locked' });
    await writer.close();
  });

  test('a file with two names is refused', async () => {
    using temp = new TempHistory();
    linkSync(await recorded(temp), temp.path('other'));
    await expect(temp.openWriter('other')).rejects.toThrow('hard links');
  });

  test('a file that was cut short is refused by readers and writers alike', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp);
    truncateSync(path, statSync(path).size - 5_000);
    await expect(openHistoryReader(path)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(temp.openWriter()).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('a history that is deleted while it is open is written back to its path', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    await writer.recordWindows(records(12));
    const before = await dumpHistory(temp.path());
    for (const end of ['', '-wal', '-shm']) rmSync(`${temp.path()}${end}`);
    const refused = writer.recordWindows(records(24).slice(12));
    await expect(refused).rejects.toMatchObject({ code: 'replaced' });
    await writer.close();
    expect(await dumpHistory(temp.path())).toEqual(before);
    await (await temp.openWriter()).close();
  });

  test('nothing is written once another file lies at the path', async () => {
    using temp = new TempHistory();
    const other = await temp.record('other', records(6));
    const writer = await temp.openWriter();
    await writer.recordWindows(records(12));
    renameSync(other, temp.path());
    const refused = writer.recordWindows(records(24).slice(12));
    await expect(refused).rejects.toMatchObject({ code: 'replaced' });
    await writer.close();
  });

  test('a flipped bit in a stored page is found, and never summed', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp);
    const db = new Database(path);
    for (const [table, key] of [
      ['usage_pages', 'hour, container'],
      ['cost_hours', 'day, key'],
    ] as const) {
      const first = `SELECT ${key} FROM ${table} LIMIT 1`;
      const select = `SELECT page FROM ${table} WHERE (${key}) IN (${first})`;
      const { page } = db.prepare(select).get() as { page: Buffer };
      page[Math.floor(page.length / 2)]! ^= 4;
      db.prepare(`UPDATE ${table} SET page = ? WHERE (${key}) IN (${first})`).run(page);
    }
    db.close();
    expect(damageOf(path)).toBeNull();
    expect(await damageInside(path)).toContain('1 pages of usage_pages');
    const reader = await openHistoryReader(path);
    const query = {
      from: START,
      to: START + 7_200_000,
      by: ['namespace'],
      namespaces: null,
    } as const;
    await expect(reader.costs(query)).rejects.toMatchObject({ code: 'corrupt' });
    await reader.close();
    const checks = await examineHistory(path, NOW);
    expect(checks.find(({ name }) => name === 'integrity')?.isOk).toBe(false);
  });

  test('a checkpoint that is damaged stops no window, and is found', async () => {
    using temp = new TempHistory();
    const codec: StateCodec<unknown> = {
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
    };
    const twoMidnights = records((16 + 24 + 1) * 12).map((record, index) => ({
      ...record,
      change: { ...record.change, detectors: new Map([['cpu', new Map([['a', index]])]]) },
    }));
    const writer = await temp.openWriter();
    await writer.loadState(new Map([['cpu', { version: 1, codec }]]));
    await writer.recordWindows(twoMidnights.slice(0, 17 * 12));
    const db = new Database(temp.path());
    const row = 'seq = (SELECT min(seq) FROM checkpoint_parts)';
    const { part } = db.prepare(`SELECT part FROM checkpoint_parts WHERE ${row}`).get() as {
      part: Buffer;
    };
    part[Math.floor(part.length / 2)]! ^= 4;
    db.prepare(`UPDATE checkpoint_parts SET part = ? WHERE ${row}`).run(part);
    db.close();
    await writer.recordWindows(twoMidnights.slice(17 * 12));
    await writer.close();
    const reader = await openHistoryReader(temp.path());
    expect((await reader.status()).watermark).toBe(twoMidnights.at(-1)!.snapshot.window.end);
    await reader.close();
    expect(await damageInside(temp.path())).toContain('1 parts of checkpoint_parts');
  });

  test('flipped bits anywhere in the file: found, or nothing reads differently', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp);
    const whole = readFileSync(path);
    const before = JSON.stringify(await dumpHistory(path));
    for (let place = 0; place < 60; place += 1) {
      const bytes = Buffer.from(whole);
      bytes[Math.floor((place / 60) * bytes.length) + 37]! ^= 1 << (place % 8);
      const copy = temp.path(`flipped-${place}`);
      writeFileSync(copy, bytes);
      const found = await damageInside(copy);
      if (found !== null) continue;
      // What has no checksum of its own: texts, and the free space of a page.
      const after = (await dumpHistory(copy)) as unknown as Record<string, readonly unknown[]>;
      for (const table of ['usage_pages', 'cost_hours', 'cost_days', 'node_hours', 'node_days'])
        expect(JSON.stringify(after[table])).toBe(
          JSON.stringify((JSON.parse(before) as Record<string, unknown>)[table]),
        );
    }
  });

  test('a healthy history passes every check, and one with a gap does not', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp, 24 * 12 * 2 + 5);
    const well = await examineHistory(path, NOW + 2 * 86_400_000);
    expect(well.filter(({ isOk, name }) => !isOk && name !== 'incomplete')).toEqual([]);
    const db = new Database(path);
    db.prepare('DELETE FROM windows WHERE start = ?').run(START + 300_000);
    db.prepare('DELETE FROM cost_days WHERE key = (SELECT min(key) FROM cost_days)').run();
    db.close();
    const ill = await examineHistory(path, START);
    const failed = ill.filter(({ isOk }) => !isOk).map(({ name }) => name);
    expect(failed).toEqual(expect.arrayContaining(['clock', 'gaps', 'sums']));
  });

  test('the file gives its room back after the retention, and by compacting', async () => {
    using temp = new TempHistory();
    const path = await recorded(temp, 24 * 12);
    const before = statSync(path).size;
    const writer = await temp.openWriter();
    await writer.prune({ windowsFrom: START + 23 * 3_600_000, hoursFrom: 0 });
    await writer.close();
    const pruned = statSync(path).size;
    expect(pruned).toBeLessThan(before);
    const holder = { pid: 1, command: 'compact', since: '' };
    const { after } = await compactFile(path, holder);
    expect(after).toBeLessThanOrEqual(pruned);
    expect(await damageInside(path)).toBeNull();
  });

  test.each([true, false])(
    'the daemon moves a damaged history aside and goes on (with a backup: %s)',
    async (hasBackup) => {
      using temp = new TempHistory();
      const path = await recorded(temp);
      const to = join(temp.folder, 'backups');
      if (hasBackup) {
        mkdirSync(to);
        await backUpFile(path, join(to, backupName(NOW)));
      }
      truncateSync(path, statSync(path).size - 5_000);
      const warnings: string[] = [];
      const options = { path, ...IDENTITY, command: 'run', clock: () => NOW };
      const config = { backup: { to, keep: 7, schedule: '0 3 * * *' } } as never;
      const warn = (problem: string) => warnings.push(problem);
      const { signal } = new AbortController();
      const writer = await openOrRecover(options, config, warn, signal);
      const { watermark } = await writer.loadState(new Map());
      expect(watermark).toBe(hasBackup ? START + 24 * 300_000 : null);
      await writer.close();
      expect(warnings.join()).toContain('damaged');
      expect(readdirSync(temp.folder).some((name) => name.includes('.damaged-'))).toBe(true);
    },
  );
});

async function decide(path: string, findingId: string): Promise<void> {
  const log = await openOperatorLog(path);
  await log.append({ findingId, action: 'acknowledge', decision: {} } as never);
  await log.close();
  const silences = await openSilenceStore(path);
  const request = { matchers: ['namespace=shop'], endsAt: NOW + 1_000, author: 'a', reason: 'b' };
  await silences.add(createSilence(request, NOW));
  await silences.close();
}
