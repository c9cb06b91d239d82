import { execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { writeCertificates } from './host/certificates.ts';
import { writeConfigs } from './host/configs.ts';
import { controllerFolders, removeControlGroups } from './host/controlGroup.ts';
import { CLUSTER_FILE, CLUSTER_FOLDER, type RunningCluster } from './host/folders.ts';
import { buildImages } from './host/images.ts';
import { findPrograms } from './host/programs.ts';

const run = promisify(execFile);
/** The cluster cannot run on this machine: no failure, and no success either. */
const CANNOT_RUN = 3;
const READY_TIMEOUT_MS = 300_000;
const STEP_MS = 500;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--down')) return down();
  const missing = await whatIsMissing();
  if (missing.length > 0) {
    tell(`A cluster cannot run on this machine. It lacks:\n- ${missing.join('\n- ')}`);
    tell('Elsewhere: kind create cluster, then BURNWATCH_TEST_KUBECONFIG=… npm run test:cluster');
    return CANNOT_RUN;
  }
  if (await isRunning()) {
    tell(`The cluster runs already: ${CLUSTER_FILE}`);
    return 0;
  }
  await down();
  return up();
}

async function up(): Promise<number> {
  const started = Date.now();
  const programs = await findPrograms(tell);
  await mkdir(CLUSTER_FOLDER, { recursive: true });
  tell('Building images');
  const images = await buildImages(programs.busybox, join(CLUSTER_FOLDER, 'images'));
  await writeCertificates(join(CLUSTER_FOLDER, 'certificates'));
  await writeConfigs(CLUSTER_FOLDER, programs);
  await writeFile(join(CLUSTER_FOLDER, 'inside.json'), JSON.stringify({ programs, images }));
  tell('Starting');
  const log = openSync(join(CLUSTER_FOLDER, 'outside.log'), 'a');
  const outside = spawn(process.execPath, [join(import.meta.dirname, 'host/outside.ts')], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  outside.unref();
  const cluster = await untilReady(programs.kubectl);
  await run(programs.kubectl, [
    `--kubeconfig=${cluster.kubeconfig}`,
    'apply',
    '--server-side',
    '-f',
    join(import.meta.dirname, 'host/storage.yaml'),
  ]);
  const startedInSeconds = Math.round((Date.now() - started) / 1000);
  await writeFile(
    CLUSTER_FILE,
    `${JSON.stringify({ ...cluster, kubectl: programs.kubectl, startedInSeconds }, null, 2)}\n`,
  );
  tell(`Up after ${startedInSeconds} s.
  export KUBECONFIG=${cluster.kubeconfig}   # ${programs.kubectl}
  Prometheus: ${cluster.prometheus} (with /metrics/resource: ${cluster.prometheusWithResource})
  Logs: ${join(CLUSTER_FOLDER, 'logs')}
  End it: npm run cluster -- --down`);
  return 0;
}

async function untilReady(kubectl: string): Promise<RunningCluster> {
  const started = Date.now();
  for (let problem = 'it did not start'; ;) {
    const cluster = await readCluster();
    if (cluster) {
      try {
        const flags = [`--kubeconfig=${cluster.kubeconfig}`, '--request-timeout=5s'];
        const wait = ['wait', 'node', cluster.node, '--for=condition=Ready', '--timeout=1s'];
        await run(kubectl, [...flags, ...wait]);
        return cluster;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    if (Date.now() - started > READY_TIMEOUT_MS) {
      throw new Error(`The cluster is not ready: ${problem}\nSee ${CLUSTER_FOLDER}/logs`);
    }
    await sleep(STEP_MS);
  }
}

/** Ends the cluster and removes all that it wrote; programs are kept. */
async function down(): Promise<number> {
  const cluster = await readCluster();
  if (cluster && (await isRunning())) {
    process.kill(cluster.pid, 'SIGTERM');
    while (await isRunning()) await sleep(STEP_MS);
    tell('Ended');
  }
  await removeControlGroups();
  await rm(CLUSTER_FOLDER, { recursive: true, force: true });
  return 0;
}

async function isRunning(): Promise<boolean> {
  const cluster = await readCluster();
  if (!cluster) return false;
  const command = await readFile(`/proc/${cluster.pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('host/outside.ts');
}

async function readCluster(): Promise<RunningCluster | null> {
  const text = await readFile(CLUSTER_FILE, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as RunningCluster);
}

async function whatIsMissing(): Promise<string[]> {
  const missing: string[] = [];
  if (process.platform !== 'linux') return ['Linux'];
  if (process.getuid?.() !== 0) missing.push('root, for namespaces, mounts and control groups');
  if ((await controllerFolders()).length === 0) {
    missing.push('control groups of version 1 (on version 2, use kind)');
  }
  for (const program of ['unshare', 'ip', 'openssl', 'go', 'apt-get', 'dpkg-deb', 'tar']) {
    if (!(await isOnPath(program))) missing.push(`the program ${program}`);
  }
  return missing;
}

async function isOnPath(program: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const isThere = await access(join(folder, program)).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

function tell(message: string): void {
  process.stdout.write(`${message}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, stderr = '' } = error as Error & { readonly stderr?: string };
  tell(`The cluster did not start: ${message}\n${stderr}`.trim());
  process.exitCode = 1;
}
