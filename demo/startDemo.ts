import { writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { loadConfigs, type LoadedConfig } from '../src/daemon/config/load.ts';
import { createRedactor } from '../src/config/secrets.ts';
import { startDaemon, type Daemon } from '../src/daemon/daemon.ts';
import { createLogger } from '../src/daemon/logger.ts';
import type { Releasers } from '../src/daemon/releasers.ts';
import { DAY_MS, floorTo, MINUTE_MS, type TimeMs } from '../src/model/time.ts';
import { sendAttack } from './attackEvents.ts';
import { SCRAPE_MS } from './cluster/simulation.ts';
import { CHANNELS, demoConfig, PEOPLE, TEAMS } from './demoConfig.ts';
import type { DemoFolder } from './demoFolder.ts';
import type { DemoHost, DemoOptions } from './demoOptions.ts';
import type { DemoDisplay } from './display.ts';
import { freePort } from './freePort.ts';
import type { SlackStandIn } from './slack/options.ts';
import { startSlackStandIn } from './slack/startSlackStandIn.ts';
import { startPostgres } from './postgresServer.ts';
import { keepSpecs } from './specs/keepSpecs.ts';
import { startCluster, type RunningCluster } from './startCluster.ts';
import { breakingBudget, type BreakingBudget } from './breakingBudget.ts';

const PAGES_PORT = 9465;
const PROBES_PORT = 9466;

/** Everything that runs. */
export interface RunningDemo {
  readonly clusters: readonly (RunningCluster & { readonly loaded: LoadedConfig })[];
  readonly slack: SlackStandIn;
  readonly daemon: Daemon;
  /** When the digest arrives; null: not while it runs. */
  readonly digestAt: TimeMs | null;
  /** The budget that is spent while it runs; null: none. */
  readonly breaking: BreakingBudget | null;
  readonly log: Logger;
}

/** Until the past is priced, a budget that nothing reaches: the daemon counts what is spent all the same. */
const NOT_KNOWN_YET = 1e9;

const NAMES = ['prod-eu', 'prod-us', 'staging', 'batch', 'edge', 'dev', 'lab', 'ml', 'tools'];

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
  const made = [];
  for (let index = 0; index < options.clusters; index += 1) {
    const isOnly = options.clusters === 1;
    const name = isOnly ? 'demo' : NAMES[index]!;
    if (!isOnly) display.step(`Making the cluster ${name} up`);
    const place = (file: string) => (isOnly ? file : `${file}-${name}`);
    const cluster = await startCluster({
      start,
      end,
      seed: options.seed + index,
      prometheusDir: place(folder.prometheusDir),
      now: host.now,
      signal,
      onStep: (text) => display.step(text),
      onProgress: (done, total) => display.progress(done, total),
      onStarted: (what, stop) => releasers.push(what, stop),
    });
    await folder.noteChild(cluster.prometheus.pid);
    const samples = (cluster.samples / 1e6).toFixed(1);
    display.note(`${samples} million samples, ${cluster.cluster.workloads.length} workloads`);
    const specsFile = isOnly
      ? folder.specsFile
      : folder.specsFile.replace('.json', `-${name}.json`);
    const specs = await keepSpecs(cluster.cluster, specsFile, host.now, (error) =>
      display.note(`${specsFile} could not be written: ${String(error)}`),
    );
    releasers.push('the specifications', () => specs.stop());
    made.push({ ...cluster, name, specsFile, prometheusUrl: cluster.prometheus.url });
  }
  const slack = await startSlackStandIn({
    teamName: 'Acme',
    channels: [CHANNELS.platform, CHANNELS.security, ...TEAMS].map((name) => ({ name })),
    users: [PEOPLE.onCall, PEOPLE.responder],
  });
  releasers.push('the Slack stand-in', () => slack.close());
  // Late enough that the daemon runs by then.
  const digestAt = options.once ? null : end + 6 * MINUTE_MS;
  const settings = {
    clusters: made,
    history: options.postgres
      ? { url: await ownDatabase(display, releasers) }
      : { path: folder.historyFile },
    days: options.days,
    digestAt,
    pages: `127.0.0.1:${await freePort(PAGES_PORT)}`,
    probes: `127.0.0.1:${await freePort(PROBES_PORT)}`,
    slack,
  };
  const tellsBudget = !options.once && options.clusters === 1;
  const load = () => loadConfigs(folder.configFile);
  const configure = async (breakingBudget: number | null): Promise<readonly LoadedConfig[]> => {
    await writeFile(folder.configFile, demoConfig({ ...settings, breakingBudget }));
    return load();
  };
  const before = await configure(tellsBudget ? NOT_KNOWN_YET : null);
  for (const [index, { cluster }] of made.entries())
    await sendAttack(cluster, before[index]!, host.now);
  signal.throwIfAborted();

  display.step('Burnwatch reads, prices and judges every five minutes of it');
  for (const { name } of made) await host.backfill(folder.configFile, name, start);
  signal.throwIfAborted();
  const breaking = tellsBudget ? await breakingBudget(before[0]!) : null;
  const loaded = await configure(breaking?.monthly ?? null);

  display.step('Starting the daemon: it catches up with now and tells what is open');
  const log = createLogger({
    json: false,
    level: 'warn',
    write: (line) => host.err(line),
    redact: createRedactor(loaded.flatMap(({ secrets }) => secrets)),
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
  const clusters = made.map((each, index) => ({ ...each, loaded: loaded[index]! }));
  return { clusters, slack, daemon, digestAt, breaking, log };
}

/** The URL of a database in a PostgreSQL that runs as long as the demo. */
async function ownDatabase(display: DemoDisplay, releasers: Releasers): Promise<string> {
  display.step('Starting a PostgreSQL for the history');
  const server = await startPostgres();
  releasers.push('PostgreSQL', async () => server[Symbol.asyncDispose]());
  return server.database();
}
