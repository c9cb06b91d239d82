import { writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { loadConfig, type LoadedConfig } from '../src/daemon/config/load.ts';
import { createRedactor } from '../src/config/secrets.ts';
import { startDaemon, type Daemon } from '../src/daemon/daemon.ts';
import { createLogger } from '../src/daemon/logger.ts';
import type { Releasers } from '../src/daemon/releasers.ts';
import { DAY_MS, floorTo } from '../src/model/time.ts';
import { SCRAPE_MS } from './cluster/simulation.ts';
import { CHANNELS, demoConfig, PEOPLE, TEAMS } from './demoConfig.ts';
import type { DemoFolder } from './demoFolder.ts';
import type { DemoHost, DemoOptions } from './demoOptions.ts';
import type { DemoDisplay } from './display.ts';
import { freePort } from './freePort.ts';
import type { SlackStandIn } from './slack/options.ts';
import { startSlackStandIn } from './slack/startSlackStandIn.ts';
import { keepSpecs } from './specs/keepSpecs.ts';
import { startCluster, type RunningCluster } from './startCluster.ts';

const PAGES_PORT = 9465;
const PROBES_PORT = 9466;

/** Everything that runs. */
export interface RunningDemo extends RunningCluster {
  readonly slack: SlackStandIn;
  readonly daemon: Daemon;
  readonly loaded: LoadedConfig;
  readonly log: Logger;
}

/** Sets everything up, in order; whatever runs is handed to `releasers` at once. */
export async function startDemo(
  options: DemoOptions,
  folder: DemoFolder,
  host: DemoHost,
  display: DemoDisplay,
  releasers: Releasers,
  signal: AbortSignal,
): Promise<RunningDemo> {
  const end = floorTo(host.now(), SCRAPE_MS) + SCRAPE_MS;
  const start = end - options.days * DAY_MS;
  const made = await startCluster({
    start,
    end,
    seed: options.seed,
    prometheusDir: folder.prometheusDir,
    now: host.now,
    signal,
    onStep: (text) => display.step(text),
    onProgress: (done, total) => display.progress(done, total),
    onStarted: (name, stop) => releasers.push(name, stop),
  });
  await folder.noteChild(made.prometheus.pid);
  display.note(
    `${(made.samples / 1e6).toFixed(1)} million samples, ${made.cluster.workloads.length} workloads`,
  );
  const specs = await keepSpecs(made.cluster, folder.specsFile, host.now, (error) =>
    display.note(`${folder.specsFile} could not be written: ${String(error)}`),
  );
  releasers.push('the specifications', () => specs.stop());
  const slack = await startSlackStandIn({
    teamName: 'Acme',
    channels: [CHANNELS.platform, CHANNELS.security, ...TEAMS].map((name) => ({ name })),
    users: [PEOPLE.onCall, PEOPLE.responder],
  });
  releasers.push('the Slack stand-in', () => slack.close());
  const text = demoConfig({
    prometheusUrl: made.prometheus.url,
    specsFile: folder.specsFile,
    historyFile: folder.historyFile,
    days: options.days,
    pages: `127.0.0.1:${await freePort(PAGES_PORT)}`,
    probes: `127.0.0.1:${await freePort(PROBES_PORT)}`,
    slack,
  });
  await writeFile(folder.configFile, text);
  signal.throwIfAborted();

  display.step('Burnwatch reads, prices and judges every five minutes of it');
  await host.backfill(folder.configFile, start);
  signal.throwIfAborted();

  display.step('Starting the daemon: it catches up with now and tells what is open');
  const load = (): LoadedConfig => loadConfig(folder.configFile);
  const loaded = load();
  const log = createLogger({
    json: false,
    level: 'warn',
    write: (line) => host.err(line),
    redact: createRedactor(loaded.secrets),
  });
  const daemon = await startDaemon({
    loaded,
    version: options.version,
    log,
    loadAgain: load,
    onConfig: () => undefined,
    print: (line) => host.out(line),
  });
  releasers.push('the daemon', () => daemon.stop());
  return { ...made, slack, daemon, loaded, log };
}
