import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Everything that the suite starts inherits it, so that whoever outlives the suite can be told. */
const MARK = 'BURNWATCH_TEST_RUN';
/** What ends on its own gets this long. */
const GRACE_MS = 30_000;
const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Gives the integration suite a temporary folder of its own with a build in it (`PROGRAM`), and fails it when anything
 * is left behind at its end: a process (and with it a port), or a file.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'burnwatch-suite-'));
  // One test runs as another user.
  chmodSync(folder, 0o711);
  const run = folder;
  const program = join(folder, 'program');
  try {
    process.env['BURNWATCH_TEST_PROGRAM'] = build(program);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  project.onTestsRerun(() => void build(program));
  process.env['TMPDIR'] = folder;
  process.env[MARK] = run;
  return async () => {
    const processes = await leftProcesses(run);
    // What lies beside the file of a history lies here for one on PostgreSQL (`folderBeside`).
    rmSync(join(folder, 'burnwatch'), { recursive: true, force: true });
    rmSync(program, { recursive: true });
    const files = readdirSync(folder);
    rmSync(folder, { recursive: true, force: true });
    if (processes.length + files.length === 0) return;
    throw new Error(
      [
        'The suite left something behind:',
        ...processes,
        ...files.map((file) => `file ${file}`),
      ].join('\n  '),
    );
  };
}

/** Builds what users run, as an install lays it out. @throws with what the build says */
function build(folder: string): string {
  const built = join(folder, 'burnwatch');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/buildPackage.ts'), built], { stdio: 'pipe' });
  // The demo's programs, as `npm run setup` left them.
  symlinkSync(join(ROOT, '.tools'), join(built, '.tools'));
  return join(built, 'bin/burnwatch.mjs');
}

async function leftProcesses(run: string): Promise<readonly string[]> {
  const deadline = Date.now() + GRACE_MS;
  for (;;) {
    const left = markedProcesses(run);
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Processes whose environment bears the mark, without the test runner's own. Linux only. */
function markedProcesses(run: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (!environment.includes(`${MARK}=${run}`)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const isRunner = command.includes('vitest') || Number(pid) === process.pid || command === '';
      if (isRunner) return [];
      const ports = listeningPorts(pid);
      return [
        `process ${pid}${ports.length === 0 ? '' : ` on port ${ports.join(', ')}`}: ${command}`,
      ];
    } catch {
      // It ended meanwhile, or belongs to somebody else.
      return [];
    }
  });
}

function listeningPorts(pid: string): readonly number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)),
  );
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const isOurs = state === '0A' && sockets.has(`socket:[${inode}]`);
    return isOurs ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : [];
  });
}
