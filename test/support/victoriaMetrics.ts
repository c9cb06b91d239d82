import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../../demo/tools.ts';
import { startChildServer } from './childServer.ts';

/** A real VictoriaMetrics, single node, as a child process on the loopback interface. */
export interface VictoriaMetrics {
  readonly url: string;
  /** Loads samples in Prometheus' text format with millisecond times, and makes them visible. */
  load(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startVictoriaMetrics(
  flags: readonly string[] = [],
): Promise<VictoriaMetrics> {
  const program = await findTool('victoria-metrics');
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-vm-'));
  const server = await startChildServer({
    program,
    args: (address) => [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=${address}`,
      '-retentionPeriod=100y',
      // The samples lie in the future of this machine's clock, or far in its past.
      '-search.cacheTimestampOffset=0s',
      ...flags,
    ],
    readyPath: '/health',
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { url } = server;
  async function post(path: string, body: string): Promise<void> {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`VictoriaMetrics answered ${answer.status} to ${path}`);
  }
  return {
    url,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async load(text) {
      await post('/api/v1/import/prometheus', text);
      await post('/internal/force_flush', '');
    },
  };
}
