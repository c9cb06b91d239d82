import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { createRedactor } from '../config/redact.ts';
import { readCosts } from '../cost/report/readCosts.ts';
import { startDaemon, type Daemon } from '../daemon/daemon.ts';
import { createLogger } from '../daemon/logger.ts';
import { Releasers } from '../daemon/releasers.ts';
import { openDeliveryStore, openHistoryReader } from '../history/openHistory.ts';
import { DAY_MS, floorTo, SECOND_MS, type TimeMs } from '../model/time.ts';
import { SCRAPE_MS } from './cluster/simulation.ts';
import { hiddenMiners } from './cluster/workloads/hidden.ts';
import { brokenPromises, type DemoOutcome } from './checkDemo.ts';
import { CHANNELS, demoConfig, TEAMS } from './demoConfig.ts';
import { claimDemoFolder, type DemoFolder } from './demoFolder.ts';
import { renderDemoSummary } from './demoSummary.ts';
import { clock, DemoDisplay, type DisplayIo } from './display.ts';
import { falseAlarms, findMiners } from './findMiners.ts';
import { freePort } from './freePort.ts';
import type { SlackStandIn } from './slack/options.ts';
import { startSlackStandIn } from './slack/startSlackStandIn.ts';
import { keepSpecs } from './specs/keepSpecs.ts';
import { startCluster, type RunningCluster } from './startCluster.ts';

export interface DemoOptions {
  readonly folder: string;
  readonly days: number;
  readonly seed: number;
  /** Ends by itself when everything has been shown. */
  readonly once: boolean;
  readonly version: string;
}

export interface DemoHost extends DisplayIo {
  out(text: string): void;
  /** Seals the past through the command that a user has for it. */
  backfill(configFile: string, from: TimeMs): Promise<void>;
}

const PAGES_PORT = 9465;
const PROBES_PORT = 9466;
/** Messages wait for Slack's rate of one a second in each channel. */
const DELIVERY_TIMEOUT_MS = 90 * SECOND_MS;

/**
 * The demo, from top to bottom: a cluster is made up and served by a real Prometheus; Burnwatch fills its
 * history from it, tells a stand-in for Slack, and goes on as the daemon it is until `signal` aborts.
 * Whatever was started is ended again, however it ends.
 *
 * @throws Error when something that the demo promises did not come true, and the signal's reason when it
 *   was interrupted before it was ready.
 */
export async function runDemo(
  options: DemoOptions,
  host: DemoHost,
  signal: AbortSignal,
): Promise<void> {
  const display = new DemoDisplay(host);
  const releasers = new Releasers();
  try {
    const folder = await claimDemoFolder(options.folder);
    releasers.push('the folder', () => folder.release());
    const running = await startAll(options, folder, host, display, releasers, signal);
    await showAndCheck(options, folder, running, host, display, signal);
    if (!options.once) await untilEnd(running, host, signal);
  } finally {
    await releasers.releaseAll((name, error) =>
      display.note(`${name} did not end cleanly: ${String(error)}`),
    );
  }
  if (options.once) host.err('Everything that ran has been ended.\n');
}

interface Running extends RunningCluster {
  readonly slack: SlackStandIn;
  readonly daemon: Daemon;
  readonly loaded: LoadedConfig;
  readonly log: Logger;
}

async function startAll(
  options: DemoOptions,
  folder: DemoFolder,
  host: DemoHost,
  display: DemoDisplay,
  releasers: Releasers,
  signal: AbortSignal,
): Promise<Running> {
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

/** Waits until everybody was told, shows what there is, and checks what was promised. */
async function showAndCheck(
  options: DemoOptions,
  folder: DemoFolder,
  running: Running,
  host: DemoHost,
  display: DemoDisplay,
  signal: AbortSignal,
): Promise<void> {
  const { config } = running.loaded;
  const deadDeliveries = await untilTold(folder.historyFile, display, signal);
  const reader = await openHistoryReader(folder.historyFile);
  try {
    const now = host.now();
    const costs = await readCosts(reader, config.pricing, {
      cluster: config.cluster,
      query: {
        from: now - Math.min(7, options.days) * DAY_MS,
        to: floorTo(now - config.schedule.settle, config.schedule.window),
        by: ['namespace'],
        namespaces: null,
      },
    });
    const query = { state: 'open', kind: null, since: null, namespaces: null } as const;
    const findings = await reader.findings(query);
    const hidden = hiddenMiners(running.cluster.scenario);
    const miners = findMiners(hidden, findings);
    const urls = {
      pages: running.daemon.url,
      slack: running.slack.pageUrl,
      prometheus: running.prometheus.url,
    };
    display.step(`Ready after ${clock(display.elapsed)}`);
    const configFile = `${folder.shown}/burnwatch.yaml`;
    host.out(
      `\n${renderDemoSummary({ costs, findings, miners, configFile, urls: options.once ? null : urls })}\n`,
    );
    const outcome: DemoOutcome = {
      costs,
      miners,
      falseAlarms: falseAlarms(hidden, findings),
      securityMessages: running.slack.messages(CHANNELS.security).length,
      deadDeliveries,
    };
    const broken = brokenPromises(outcome);
    if (broken.length > 0 && options.once)
      throw new Error(`the demo did not keep its promises:\n- ${broken.join('\n- ')}`);
    for (const promise of broken) display.note(`! ${promise}`);
  } finally {
    await reader.close();
  }
}

/** Resolves when what is open was announced and no message waits; returns how many were given up. */
async function untilTold(
  historyFile: string,
  display: DemoDisplay,
  signal: AbortSignal,
): Promise<number> {
  const store = await openDeliveryStore(historyFile);
  try {
    for (const deadline = Date.now() + DELIVERY_TIMEOUT_MS; Date.now() < deadline;) {
      await sleep(250, undefined, { signal });
      const { installedAt } = await store.view(Date.now());
      const waiting = [
        ...(await store.deliveries('pending', 100)),
        ...(await store.deliveries('sending', 100)),
      ];
      if (installedAt !== null && waiting.length === 0) break;
    }
    const sent = await store.deliveries('sent', 1000);
    display.note(`${sent.length} messages were sent`);
    return (await store.deliveries('dead', 100)).length;
  } finally {
    await store.close();
  }
}

/** Lives on as a daemon. */
async function untilEnd(
  { log, prometheus }: Running,
  host: DemoHost,
  signal: AbortSignal,
): Promise<void> {
  host.err('The cluster lives on, and the daemon watches it. Ctrl-C ends everything.\n');
  log.level = 'info';
  const aborted = new Promise<'asked'>((resolve) => {
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
  });
  const end = signal.aborted ? 'asked' : await Promise.race([aborted, prometheus.ended]);
  if (end !== 'asked') throw new Error('Prometheus ended although nobody asked it to');
  host.err('Ending …\n');
}
