import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/demo/freePort.ts';
import { findTool } from '../../src/demo/tools.ts';

const READY_ATTEMPTS = 200;
const ATTEMPT_PAUSE_MS = 50;

/** A real VictoriaMetrics, single node, as a child process on the loopback interface. */
export interface VictoriaMetrics {
  readonly url: string;
  /** Loads samples in Prometheus' text format with millisecond times, and makes them visible. */
  load(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const program = await findTool('victoria-metrics');
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-vm-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=${url.slice('http://'.length)}`,
      '-retentionPeriod=100y',
      // The samples lie in the future of this machine's clock, or far in its past.
      '-search.cacheTimestampOffset=0s',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  async function post(path: string, body: string): Promise<void> {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`VictoriaMetrics answered ${answer.status} to ${path}`);
  }
  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
  for (let attempt = 0; ; attempt += 1) {
    const healthy = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) break;
    if (attempt >= READY_ATTEMPTS) {
      await stop();
      throw new Error('VictoriaMetrics did not get ready');
    }
    await sleep(ATTEMPT_PAUSE_MS);
  }
  return {
    url,
    stop,
    async load(text) {
      await post('/api/v1/import/prometheus', text);
      await post('/internal/force_flush', '');
    },
  };
}
