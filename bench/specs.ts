/**
 * How long the Kubernetes API's objects take from HTTP to the history, and how much memory. Run:
 * `npx node --expose-gc bench/specs.ts [PODS]` (10,000 by default). The API server runs in a process of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createApiSource } from '../src/collect/specs/apiSource.ts';
import { enrich } from '../src/collect/specs/enrich.ts';
import { configSchema } from '../src/daemon/config/schema.ts';
import { CYCLE_HEAP } from '../src/daemon/cycleThread.ts';
import { openHistoryWriter } from '../src/engines/openHistory.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { containerSample, podSample, snapshotOf } from '../test/support/snapshots.ts';
import { WINDOW_MS } from '../test/support/madeUpWindows.ts';

const count = Number(process.argv[2] ?? 10_000);
const START = Date.UTC(2026, 10, 24, 12);
if (isMainThread) await run();
else await measure(workerData as string);

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'burnwatch-bench-'));
  const server = fork(join(import.meta.dirname, 'specs/serve.ts'), [String(count)]);
  try {
    const [kubeconfig] = (await once(server, 'message')) as [string];
    writeFileSync(join(folder, 'kubeconfig'), kubeconfig);
    // A thread with the heap that the daemon's cycles run in.
    const thread = new Worker(import.meta.filename, {
      argv: process.argv.slice(2),
      workerData: folder,
      resourceLimits: CYCLE_HEAP,
    });
    await once(thread, 'exit');
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string): Promise<void> {
  const { workloads } = configSchema.parse({
    workloads: { kubeconfig: join(folder, 'kubeconfig') },
  });
  const source = createApiSource(
    workloads,
    { env: {} },
    { random: Math.random, sleep: async () => undefined },
  );
  const snapshot = cluster();
  const writer = await openHistoryWriter({
    path: join(folder, 'history.db'),
    cluster: 'bench',
    currency: 'USD',
    windowMs: WINDOW_MS,
    command: 'bench',
    clock: () => 0,
  });
  const signal = new AbortController().signal;
  await import('@kubernetes/client-node');
  collectGarbage();
  const before = { rss: process.memoryUsage().rss, held: held() };
  let most = before.rss;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  for (const round of ['first', 'next'] as const) {
    const at = START + (round === 'first' ? 0 : WINDOW_MS);
    const listed = await timed(() => source.read(at + 2 * WINDOW_MS, signal));
    const window = { start: at, end: at + WINDOW_MS };
    const joined = await timed(async () => enrich({ ...snapshot, window }, listed.result));
    const known = joined.result.pods.filter(({ spec }) => spec !== null).length;
    const stored = await timed(() => writer.recordWindows([recordOf(joined.result)]));
    most = Math.max(most, process.memoryUsage().rss);
    const seconds = [listed, joined, stored].map((one) => one.seconds.toFixed(2));
    print(
      `${round} listing: ${listed.result.pods.size} pods in ${seconds[0]} s of CPU, ${known} joined in ${seconds[1]} s, stored in ${seconds[2]} s; ${mb(most - before.rss)} MB more at most so far`,
    );
  }
  clearInterval(watch);
  collectGarbage();
  print(`memory: ${mb(before.rss)} MB before (RSS), ${mb(most)} MB at most`);
  print(`${mb(held() - before.held)} MB are held when all is done`);
  print(`history: ${mb(statSync(join(folder, 'history.db')).size)} MB`);
  await writer.close();
}

/** What metrics show of the same pods. */
function cluster(): Snapshot {
  const pods = Array.from({ length: count }, (_, index) => {
    const workload = Math.floor(index / 3);
    return podSample({
      namespace: `team-${workload % 100}`,
      name: `app-${workload}-6d4cf56db6-p${index}`,
      uid: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      workload: { kind: 'Deployment', name: `app-${workload}` },
      containers: [containerSample()],
    });
  });
  return snapshotOf({ start: START, end: START + WINDOW_MS }, { pods });
}

function recordOf(snapshot: Snapshot) {
  return {
    snapshot,
    costs: { allocations: [], nodes: [], unattached: [] },
    change: {
      historyStart: START + WINDOW_MS,
      watermark: snapshot.window.end,
      expectedSamples: snapshot.expectedSamples,
      detectors: new Map(),
      findings: new Map(),
    },
    events: [],
    muted: false,
    applied: [],
    configHash: '',
  };
}

/** CPU seconds of this process: the wall clock says little on a machine that is shared. */
async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return { result, seconds: (user + system) / 1e6 };
}

function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
