import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../../demo/tools.ts';
import { startChildServer } from './childServer.ts';

/** A real VictoriaMetrics, single node, as a child process on the loopback interface. */
export interface VictoriaMetrics {
  readonly url: string;
  readonly pid: number;
  /** Loads series in its own format: a line of JSON each, in pieces of any number of lines. */
  loadLines(pieces: AsyncIterable<string> | Iterable<string>): Promise<void>;
  /** Loads samples in Prometheus' text format with millisecond times, and makes them visible. */
  load(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** @param kept where its data stay; without it they are gone when it stops. */
export async function startVictoriaMetrics(
  flags: readonly string[] = [],
  kept?: string,
): Promise<VictoriaMetrics> {
  const program = await findTool('victoria-metrics');
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'burnwatch-vm-')));
  const tidy = async (): Promise<void> => {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  };
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
    await tidy();
    throw error;
  });
  const { url, pid } = server;
  async function post(path: string, body: string): Promise<void> {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`VictoriaMetrics answered ${answer.status} to ${path}`);
  }
  return {
    url,
    pid,
    async stop() {
      await server.stop();
      await tidy();
    },
    async loadLines(pieces) {
      for await (const lines of pieces) await post('/api/v1/import', lines);
      await post('/internal/force_flush', '');
    },
    async load(text) {
      await post('/api/v1/import/prometheus', text);
      await post('/internal/force_flush', '');
    },
  };
}
