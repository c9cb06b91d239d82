import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDemoFolder } from './demoFolder.ts';

describe('claimDemoFolder', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'burnwatch-folder-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('replaces what an earlier demo left', async () => {
    const first = await claimDemoFolder(join(root, 'demo'));
    await writeFile(first.historyFile, 'old');
    await mkdir(first.prometheusDir);
    await first.release();
    const second = await claimDemoFolder(join(root, 'demo'));
    expect((await readdir(second.path)).sort()).toEqual(['.burnwatch-demo', 'demo.lock']);
    await second.release();
  });

  it('leaves a folder alone that no demo made', async () => {
    await writeFile(join(root, 'thesis.txt'), 'mine');
    await expect(claimDemoFolder(root)).rejects.toThrow(/no demo made it.*--dir/);
    expect(await readdir(root)).toEqual(['thesis.txt']);
  });

  it('is held by one demo at a time', async () => {
    const folder = await claimDemoFolder(join(root, 'demo'));
    await expect(claimDemoFolder(join(root, 'demo'))).rejects.toThrow(
      `another demo (process ${process.pid}) runs in ${folder.shown}`,
    );
    await folder.release();
    await (await claimDemoFolder(join(root, 'demo'))).release();
  });

  it('takes over the lock of a demo that was killed', async () => {
    const folder = await claimDemoFolder(join(root, 'demo'));
    // No process has this number: it is above the kernel's largest.
    await writeFile(join(folder.path, 'demo.lock'), '4194999\n4194998\n');
    const taken = await claimDemoFolder(join(root, 'demo'));
    expect(taken.path).toBe(folder.path);
    await taken.release();
  });
});
