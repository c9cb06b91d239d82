import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../../demo/freePort.ts';
import { WAIT_MS } from './waiting.ts';
import { setTimeout as pause } from 'node:timers/promises';

const PORT_ATTEMPTS = 5;
const LOG_KEPT_CHARS = 4_000;

/** A program that serves HTTP on loopback. */
export interface ServerProgram {
  readonly program: string;
  /** Its arguments, given where to listen (`HOST:PORT`). */
  args(address: string): readonly string[];
  /** Answers 200 once it can be used. */
  readonly readyPath: string;
}

/** A child process that serves; stop it. */
export interface ChildServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program on a free port and waits until it is ready. @throws with the end of what it logged. */
export async function startChildServer(server: ServerProgram): Promise<ChildServer> {
  for (let attempt = 1; ; attempt += 1) {
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(server.program, server.args(address), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-LOG_KEPT_CHARS);
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', (error) => {
        log += error.message;
        resolve();
      });
    });
    const url = `http://${address}`;
    if (await isReady(child, `${url}${server.readyPath}`))
      return { url, pid: child.pid ?? 0, stop: () => stop(child, ended) };
    await stop(child, ended);
    // Somebody else took the port first.
    if (attempt < PORT_ATTEMPTS && log.includes('address already in use')) continue;
    throw new Error(`${server.program} did not get ready:\n${log}`);
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** False when it ended, or never answered. */
async function isReady(child: ChildProcess, url: string): Promise<boolean> {
  for (const giveUpAt = Date.now() + WAIT_MS; Date.now() < giveUpAt; await pause(50)) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (!isRunning(child)) return false;
    if (answer?.ok === true) return true;
  }
  return false;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (isRunning(child)) child.kill('SIGTERM');
  await ended;
}
