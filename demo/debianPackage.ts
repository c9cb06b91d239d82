import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Mirrors fail now and then. */
const RETRIES = 5;

export interface UnpackOptions {
  /**
   * Also unpack the shared libraries that this system lacks, and write a script of this name
   * that starts `program` (a path inside the package) with them.
   */
  readonly launcher?: { readonly name: string; readonly program: string };
  /** For a program that reads files of its package by an absolute path. */
  readonly relocate?: Relocation;
}

/** A program that would look for `folder` (such as `/usr/share/x`) on the system. */
export interface Relocation {
  /** Of the script that starts the program where it was unpacked. */
  readonly name: string;
  readonly program: string;
  readonly folder: string;
}

/**
 * Unpacks a Debian package into `folder` without installing it and without root: `apt-get download`,
 * then `dpkg-deb -x`. Everything is prepared beside `folder` and moved there by one rename, so a
 * folder that exists is whole; of several processes at once the first one wins.
 */
export async function unpackDebianPackage(
  name: string,
  folder: string,
  options: UnpackOptions = {},
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(dirname(folder));
  const work = await mkdtemp(join(dirname(folder), `.partial-${process.pid}-`));
  try {
    const files = await download(name, work, options.launcher !== undefined);
    const root = join(work, 'root');
    await mkdir(root);
    for (const file of files) await run('dpkg-deb', ['-x', file, root]);
    if (options.launcher) await writeLauncher(root, options.launcher);
    if (options.relocate) await relocate(root, options.relocate);
    await moveInto(root, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(name: string, work: string, withLibraries: boolean): Promise<string[]> {
  try {
    return await downloadWith([], name, work, withLibraries);
  } catch (error) {
    if (isMissingProgram(error)) {
      throw new Error('this system has no apt-get; install the program by its own means', {
        cause: error,
      });
    }
    // The package lists are missing or out of date, and only root may refresh the system's own:
    // keep a private set for this one download.
    const state = await privateAptState(work);
    await apt('apt-get', [...state, '-qq', 'update'], work);
    return downloadWith(state, name, work, withLibraries);
  }
}

async function downloadWith(
  aptOptions: readonly string[],
  name: string,
  work: string,
  withLibraries: boolean,
): Promise<string[]> {
  const names = withLibraries ? await missingPackages(aptOptions, name, work) : [name];
  await apt('apt-get', [...aptOptions, '-qq', 'download', ...names], work);
  const files = (await readdir(work)).filter((file) => file.endsWith('.deb'));
  return files.map((file) => join(work, file));
}

/** The package and those of its dependencies that are not installed. */
async function missingPackages(
  aptOptions: readonly string[],
  name: string,
  work: string,
): Promise<string[]> {
  const args = [...aptOptions, '--no-install-recommends', '--simulate', 'install', name];
  const plan = await apt('apt-get', args, work);
  return [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
}

async function privateAptState(work: string): Promise<string[]> {
  const lists = join(work, 'lists');
  const cache = join(work, 'cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${lists}/`, '-o', `Dir::Cache=${cache}/`];
}

async function apt(command: string, args: readonly string[], cwd: string): Promise<string> {
  // Without the sandbox user apt, started by root, needs no folder that this user can read.
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-o', 'APT::Sandbox::User=root', '-o', `Acquire::Retries=${RETRIES}`];
  const { stdout } = await run(command, [...options, ...args], {
    cwd,
    env,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return stdout;
}

async function writeLauncher(
  root: string,
  launcher: { readonly name: string; readonly program: string },
): Promise<void> {
  const folders = await libraryFolders(root);
  const script = [
    '#!/bin/sh',
    '# Starts the unpacked program with the libraries that were unpacked beside it.',
    'here=$(dirname "$(readlink -f "$0")")',
    `LD_LIBRARY_PATH=${folders.map((folder) => `"$here"/${folder}`).join(':')}:$LD_LIBRARY_PATH`,
    'export LD_LIBRARY_PATH',
    `exec "$here"/${launcher.program} "$@"`,
    '',
  ].join('\n');
  await writeFile(join(root, launcher.name), script);
  await chmod(join(root, launcher.name), 0o755);
}

/**
 * Makes an absolute path inside a program relative (`/usr/share/x` → `usr//share/x`, which is as long),
 * and writes a script that starts it where the package was unpacked.
 */
async function relocate(root: string, { name, program, folder }: Relocation): Promise<void> {
  const relative = folder.replace(/^\/([^/]+)\//, '$1//');
  const path = join(root, program);
  const bytes = await readFile(path);
  const before = Buffer.from(folder);
  for (let at = bytes.indexOf(before); at >= 0; at = bytes.indexOf(before, at)) {
    bytes.write(relative, at);
  }
  await writeFile(path, bytes);
  const script = [
    '#!/bin/sh',
    '# Starts the unpacked program where the files of its package are.',
    'cd "$(dirname "$(readlink -f "$0")")" || exit 1',
    `exec ./${program} "$@"`,
    '',
  ].join('\n');
  await writeFile(join(root, name), script);
  await chmod(join(root, name), 0o755);
}

/** Folders with shared libraries inside the unpacked packages, multiarch folders included. */
async function libraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => !entry.isDirectory() && /\.so(\.|$)/.test(entry.name))
    .map((entry) => entry.parentPath.slice(root.length + 1))
    .filter((folder) => /(^|\/)lib(\/[^/]+-linux-gnu[^/]*)?(\/(pulseaudio|nss))?$/.test(folder));
  return [...new Set(folders)].sort();
}

async function moveInto(root: string, folder: string): Promise<void> {
  try {
    await rename(root, folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Another process was faster: its copy is as good as ours.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Removes what a killed process left: the folder's name holds its process id. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = /^\.partial-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(parent, entry), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isMissingProgram(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
