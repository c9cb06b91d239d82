import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GATES } from './addresses.ts';
import { CLUSTER_FOLDER } from './folders.ts';
import { forward } from './forward.ts';
import { clusterProcesses, type ClusterProcess } from './processes.ts';
import type { Programs } from './programs.ts';

const run = promisify(execFile);
const RESTART_DELAY_MS = 2000;
const WAIT_STEP_MS = 200;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What `inside.json` holds: written outside, read inside. */
export interface InsidePlan {
  readonly programs: Programs;
  readonly images: readonly string[];
}

/** Runs inside the namespaces: starts every program, keeps it running, and restarts it on command. */
async function main(): Promise<void> {
  const plan = JSON.parse(
    await readFile(join(CLUSTER_FOLDER, 'inside.json'), 'utf8'),
  ) as InsidePlan;
  const running = new Map<string, RunningProcess>();
  await mkdir(join(CLUSTER_FOLDER, 'logs'), { recursive: true });
  for (const process of clusterProcesses(CLUSTER_FOLDER, plan.programs)) {
    running.set(process.name, new RunningProcess(process, pathWith(plan.programs)));
    if (process.name === 'containerd') await importImages(plan);
  }
  for (const gate of GATES) {
    createServer((outside) => {
      forward(outside, connect(gate.port, gate.host));
    }).listen(join(CLUSTER_FOLDER, 'sockets', gate.name));
  }
  serveControl(running);
}

/** containerd looks for its shim, and the kubelet for mount, on the PATH. */
function pathWith(programs: Programs): string {
  return [dirname(programs.containerd), dirname(programs.runc), process.env['PATH']].join(':');
}

async function importImages({ programs, images }: InsidePlan): Promise<void> {
  const ctr = (args: readonly string[]): Promise<unknown> =>
    run(programs.ctr, ['--namespace', 'k8s.io', ...args], { maxBuffer: MAX_OUTPUT_BYTES });
  for (;;) {
    try {
      await ctr(['version']);
      break;
    } catch {
      await sleep(WAIT_STEP_MS);
    }
  }
  for (const image of images) await ctr(['images', 'import', image]);
}

/** `POST /restart?name=kubelet&seconds=45` ends a program and starts it again after so many seconds. */
function serveControl(running: ReadonlyMap<string, RunningProcess>): void {
  createHttpServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://control');
    const target = running.get(url.searchParams.get('name') ?? '');
    if (request.method !== 'POST' || url.pathname !== '/restart' || !target) {
      response.writeHead(404).end();
      return;
    }
    void target
      .restart(Number(url.searchParams.get('seconds') ?? 0))
      .then(() => response.writeHead(204).end());
  }).listen(join(CLUSTER_FOLDER, 'sockets', 'control'));
}

class RunningProcess {
  readonly #process: ClusterProcess;
  readonly #path: string;
  #child: ChildProcess | null = null;
  #isAway = false;

  constructor(process: ClusterProcess, path: string) {
    this.#process = process;
    this.#path = path;
    this.#start();
  }

  async restart(awaySeconds: number): Promise<void> {
    this.#isAway = true;
    const child = this.#child;
    const ended = new Promise<void>((resolve) => {
      if (!child || child.exitCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    child?.kill('SIGTERM');
    await ended;
    await sleep(awaySeconds * 1000);
    this.#isAway = false;
    this.#start();
  }

  #start(): void {
    const log = createWriteStream(join(CLUSTER_FOLDER, 'logs', `${this.#process.name}.log`), {
      flags: 'a',
    });
    log.once('open', () => {
      this.#child = spawn(this.#process.program, this.#process.args, {
        env: { ...process.env, PATH: this.#path },
        stdio: ['ignore', log, log],
      });
      this.#child.once('exit', () => {
        log.end();
        if (!this.#isAway)
          setTimeout(() => this.#isAway || this.#start(), RESTART_DELAY_MS).unref();
      });
    });
  }
}

await main();
