import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTool, toolVariable } from './tools.ts';

describe('findTool', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'burnwatch-tools-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function program(path: string, mode = 0o755): Promise<string> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, mode);
    return file;
  }

  it('takes what the environment variable names before anything else', async () => {
    const chosen = await program('mine/prometheus');
    await program('bin/prometheus');
    const env = { BURNWATCH_PROMETHEUS: chosen, PATH: join(folder, 'bin') };
    expect(await findTool('prometheus', { env, folder })).toBe(chosen);
  });

  it('says which variable is wrong when it names no program', async () => {
    const chosen = await program('mine/prometheus', 0o644);
    const env = { BURNWATCH_PROMETHEUS: chosen };
    await expect(findTool('prometheus', { env, folder })).rejects.toThrow(
      `BURNWATCH_PROMETHEUS is ${chosen}, which is not a program`,
    );
  });

  it("searches the PATH in order, by Debian's name too, and skips what cannot be executed", async () => {
    await program('a/alertmanager', 0o644);
    const found = await program('b/prometheus-alertmanager');
    const env = { PATH: `${join(folder, 'a')}:${join(folder, 'b')}` };
    expect(await findTool('alertmanager', { env, folder })).toBe(found);
  });

  it('takes the copy that was unpacked before', async () => {
    const found = await program('prometheus/usr/bin/promtool');
    expect(await findTool('promtool', { env: {}, folder })).toBe(found);
  });

  it('names its variables after the program', () => {
    expect(toolVariable('victoria-metrics')).toBe('BURNWATCH_VICTORIA_METRICS');
  });
});
