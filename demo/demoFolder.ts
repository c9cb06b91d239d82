import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The demo's own folder, held by one process at a time. */
export interface DemoFolder {
  readonly path: string;
  /** As a person in this working directory would write it. */
  readonly shown: string;
  readonly configFile: string;
  readonly specsFile: string;
  readonly historyFile: string;
  readonly prometheusDir: string;
  /** Remembers a process of the demo: should the demo be killed, the next one ends it. */
  noteChild(pid: number): Promise<void>;
  release(): Promise<void>;
}

/** Says that a folder is the demo's, to be replaced by the next one. */
const MARK = '.burnwatch-demo';
const LOCK = 'demo.lock';
const MARK_TEXT = 'Made by "burnwatch demo", which replaces everything in this folder.\n';

/**
 * Takes a folder for the demo: makes it, or empties one that an earlier demo left.
 * @throws Error when it holds files of anything else, or another demo runs in it.
 */
export async function claimDemoFolder(folder: string): Promise<DemoFolder> {
  const path = resolve(folder);
  const near = relative(process.cwd(), path) || '.';
  const shown = near.startsWith('..') ? path : near;
  await mkdir(path, { recursive: true });
  const found = await readdir(path);
  if (found.length > 0 && !found.includes(MARK))
    throw new Error(
      `${shown} is not empty and no demo made it: nothing in it was touched. Name another folder with --dir`,
    );
  await writeFile(join(path, MARK), MARK_TEXT);
  await lock(join(path, LOCK), shown);
  for (const name of await readdir(path)) {
    if (name !== MARK && name !== LOCK) await rm(join(path, name), { recursive: true });
  }
  return {
    path,
    shown,
    configFile: join(path, 'burnwatch.yaml'),
    specsFile: join(path, 'specs.json'),
    historyFile: join(path, 'burnwatch.db'),
    prometheusDir: join(path, 'prometheus'),
    noteChild: (pid) => appendFile(join(path, LOCK), `${pid}\n`),
    release: () => rm(join(path, LOCK), { force: true }),
  };
}

async function lock(file: string, shown: string): Promise<void> {
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [holder = 0, ...children] = await readPids(file);
    if (holder > 0 && isAlive(holder))
      throw new Error(
        `another demo (process ${holder}) runs in ${shown}: end it with Ctrl-C, or name another folder with --dir`,
      );
    for (const child of children) await endChild(child, dirname(file));
    await rm(file, { force: true });
  }
}

async function readPids(file: string): Promise<readonly number[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

/** Ends what a killed demo left running, if it is still the same program: its arguments name the folder. */
async function endChild(pid: number, folder: string): Promise<void> {
  const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!args.includes(folder)) return;
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await sleep(50);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
