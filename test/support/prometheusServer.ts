import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findTool } from './tools.ts';

/** A real Prometheus on a free port of the loopback interface. */
export interface PrometheusServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts Prometheus over a data folder and waits until it is ready. */
export async function startPrometheus(options: {
  readonly data: string;
  readonly flags?: readonly string[];
  /** YAML of `scrape_configs` and the like. */
  readonly config?: string;
}): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-prometheus-'));
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(configFile, options.config ?? '');
  const port = await freePort();
  const process = spawn(
    await findTool('prometheus'),
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${options.data}`,
      '--storage.tsdb.retention.time=4000d',
      '--storage.tsdb.min-block-duration=2h',
      '--storage.tsdb.max-block-duration=2h',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      ...(options.flags ?? []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  process.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(process, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (process.exitCode === null && process.signalCode === null) process.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 300; tries++) {
    if (process.exitCode !== null) break;
    const ready = await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { url, stop };
    await pause(100);
  }
  await stop();
  throw new Error(`Prometheus did not get ready: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
