import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from './freePort.ts';
import { findTool } from './tools.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_LINES_KEPT = 20;
const PORT_ATTEMPTS = 5;

/** One target that Prometheus shall scrape. */
export interface ScrapeConfig {
  readonly jobName: string;
  /** `host:port`, each. */
  readonly targets: readonly string[];
  /** As Prometheus writes it: `15s`. */
  readonly interval: string;
  readonly metricsPath?: string;
  /** True keeps the exporter's own job and instance labels. */
  readonly honorLabels?: boolean;
}

export interface StartPrometheusOptions {
  /** The data directory, with or without blocks in it; Prometheus' own configuration goes there too. */
  readonly dataDir: string;
  readonly scrapeConfigs?: readonly ScrapeConfig[];
  /** Path of the program; found by itself when absent. */
  readonly program?: string;
  /** The port to listen on; a free one when absent. */
  readonly port?: number;
  /** More command-line flags. */
  readonly flags?: readonly string[];
}

/** A Prometheus that runs as a child process on the loopback interface. */
export interface PrometheusServer {
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended for any reason. */
  readonly ended: Promise<void>;
  /** Ends it and waits until it is gone; may be called again. */
  stop(): Promise<void>;
}

/** Starts a Prometheus and waits until it is ready; its last log lines are in the error when it is not. */
export async function startPrometheus(options: StartPrometheusOptions): Promise<PrometheusServer> {
  const program = options.program ?? (await findTool('prometheus'));
  await mkdir(options.dataDir, { recursive: true });
  const configFile = join(options.dataDir, 'prometheus.yml');
  await writeFile(configFile, configText(options.scrapeConfigs ?? []));
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const server = launch(program, configFile, port, options);
    const problem = await waitUntilReady(server);
    if (problem === null) return server;
    await server.stop();
    // Another process took the free port first: try another one.
    const taken = problem.includes('address already in use') && options.port === undefined;
    if (!taken || attempt === PORT_ATTEMPTS) {
      throw new Error(`Prometheus (${program}) did not become ready: ${problem}`);
    }
  }
}

interface LaunchedServer extends PrometheusServer {
  log(): string;
}

function launch(
  program: string,
  configFile: string,
  port: number,
  options: StartPrometheusOptions,
): LaunchedServer {
  const child = spawn(
    program,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${options.dataDir}`,
      // Whatever is put into it stays, however old.
      '--storage.tsdb.retention.time=100y',
      '--storage.tsdb.min-block-duration=2h',
      '--storage.tsdb.max-block-duration=2h',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
      ...(options.flags ?? []),
    ],
    // In a process group of its own: Ctrl-C goes to the demo, which then ends it.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const log: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log.push(...text.split('\n').filter(Boolean));
    log.splice(0, log.length - LOG_LINES_KEPT);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      log.push(error.message);
      resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    ended,
    stop: () => stopChild(child, ended),
    log: () => log.join('\n'),
  };
}

/** Null when the server answers that it is ready, else what went wrong. */
async function waitUntilReady(server: LaunchedServer): Promise<string | null> {
  let ended = false;
  void server.ended.then(() => (ended = true));
  for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline;) {
    if (ended) return `it ended at once.\n${server.log()}`;
    const response = await fetch(`${server.url}/-/ready`).catch(() => null);
    await response?.body?.cancel();
    // Another process may have answered on this port while ours failed to bind it.
    if (response?.ok && !ended && !server.log().includes('address already in use')) return null;
    await sleep(50);
  }
  return `no answer within ${READY_TIMEOUT_MS / 1000} s.\n${server.log()}`;
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}

function configText(scrapeConfigs: readonly ScrapeConfig[]): string {
  return stringify({
    global: { evaluation_interval: '1m' },
    scrape_configs: scrapeConfigs.map((config) => ({
      job_name: config.jobName,
      scrape_interval: config.interval,
      scrape_timeout: config.interval,
      honor_labels: config.honorLabels ?? false,
      metrics_path: config.metricsPath ?? '/metrics',
      static_configs: [{ targets: config.targets }],
    })),
  });
}
