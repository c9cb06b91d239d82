import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTROL_GROUP } from './folders.ts';

const ATTEMPTS = 50;
const WAIT_MS = 200;

/** Where the hierarchies of control groups (version 1) are mounted: one for each controller. */
export async function controllerFolders(): Promise<string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts
    .split('\n')
    .filter((line) => line.includes(' - cgroup '))
    .map((line) => line.split(' ')[4] ?? '');
}

/** Puts a process into the cluster's own group of every hierarchy, so that all that it starts is in there. */
export async function joinControlGroup(pid: number): Promise<void> {
  for (const folder of await controllerFolders()) {
    const group = join(folder, CONTROL_GROUP);
    await mkdir(group, { recursive: true });
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const value = await readFile(join(folder, file), 'utf8').catch(() => null);
      if (value !== null) await writeFile(join(group, file), value);
    }
    await writeFile(join(group, 'cgroup.procs'), String(pid));
  }
}

/** Removes the groups, which holds as soon as their processes have ended. */
export async function removeControlGroups(): Promise<void> {
  for (const folder of await controllerFolders()) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await removeTree(join(folder, CONTROL_GROUP));
        break;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await sleep(WAIT_MS);
      }
    }
  }
}

/** Folders of control groups have files that cannot be removed, and go with the folder. */
async function removeTree(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => null);
  if (!entries) return;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(group, entry.name));
  await rmdir(group);
}
