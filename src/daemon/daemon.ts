import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { LoadedConfig } from './config/load.ts';
import { leadHistory, findDamage } from '../engines/openHistory.ts';
import { inTurn } from '../model/inTurn.ts';
import { SECOND_MS, DAY_MS } from '../model/time.ts';
import { readCertificate } from '../serve/listen.ts';
import { createMetrics } from '../serve/metrics.ts';
import type { ProbeSource } from '../serve/probes.ts';
import type { AttemptResult } from './composeNotifier.ts';
import { CycleSupervisor } from './cycleSupervisor.ts';
import type { loadCycleThread, Waiting } from './cycleThread.ts';
import type { Duties } from './duties.ts';
import { Front } from './front.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Pages } from './pages.ts';
import { Releasers } from './releasers.ts';
import { requireReloadable, requireSameClusters } from './reloadable.ts';

/** SIGTERM is to end the daemon within ten seconds: the cycle thread gets most of them. */
const THREAD_GRACE_MS = 6 * SECOND_MS;
const RELOAD_GRACE_MS = SECOND_MS;
/** Who waited for the start is answered before a window and the check of the history keep two cores busy. */
const FIRST_ANSWERS_MS = 0.5 * SECOND_MS;

export interface DaemonOptions {
  /** One for each cluster. */
  readonly loaded: readonly LoadedConfig[];
  readonly version: string;
  readonly log: Logger;
  /** Reads the configuration again. @throws ConfigError */
  loadAgain(): readonly LoadedConfig[];
  /** Is called with the configuration that has come into force. */
  onConfig(loaded: readonly LoadedConfig[]): void;
  /** Prints for people, on stdout. */
  print(text: string): void;
  /** Log lines that could not be written, since the start. */
  droppedLogLines?(): number;
  /** `loadCycleThread` by default. */
  readonly loadThread?: typeof loadCycleThread;
}

export interface Daemon {
  /** Pages and API. */
  readonly url: string;
  /** Health and metrics. */
  readonly probesUrl: string;
  /** Resolves when the daemon cannot go on: another process leads now, or could not be replaced. */
  readonly failed: Promise<Error>;
  /** Takes the configuration anew. Rejects, with the reason, when the old one stays in force. */
  reload(): Promise<void>;
  /** Ends everything; the window at work is either sealed or untouched. */
  stop(): Promise<void>;
}

/**
 * Starts the daemon: probes first, then each cluster. A start that fails gives back what it had taken.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log, onConfig } = options;
  let all = options.loaded;
  const names = all.map(({ config }) => config.cluster);
  const front = new Front(names, () => all[0]!, log);
  const releasers = names.map(() => new Releasers());
  /** Reloads, and none beside the end: two at once would each start what only one of them stops. */
  const oneByOne = inTurn();
  let isEnding = false;
  const stop = async (): Promise<void> => {
    isEnding = true;
    // One that waits for a slow source ends with the cycle thread.
    const reloaded = oneByOne(async () => undefined);
    await Promise.race([reloaded, pause(RELOAD_GRACE_MS, undefined, { ref: false })]);
    const failed = (name: string, err: unknown) => log.error({ err }, `Closing ${name} failed`);
    await Promise.all(releasers.map((each) => each.releaseAll(failed)));
    await front.close();
  };
  try {
    const clusters = all.map((loaded, index) => {
      const cluster = { loaded, front, releasers: releasers[index]!, reload };
      const named = names.length === 1 ? log : log.child({ cluster: names[index] });
      return composeCluster({ ...options, ...cluster, log: named });
    });
    await front.listenForProbes();
    const failed = Promise.race(clusters.map((each) => each.failed));
    await Promise.all(clusters.map((each) => each.start()));

    function reload(): Promise<void> {
      return oneByOne(loadAgain);
    }

    async function loadAgain(): Promise<void> {
      try {
        if (isEnding) throw new Error('The daemon is ending');
        const next = options.loadAgain();
        requireSameClusters(names, next);
        // All that can fail is done before anything that is in force changes.
        for (const [index, each] of next.entries()) requireReloadable(all[index]!, each);
        const certificate = readCertificate(next[0]!.config.serve);
        for (const [index, each] of next.entries()) await clusters[index]!.reconfigure(each);
        all = next;
        onConfig(next);
        await front.configure(certificate);
        for (const each of clusters) each.reconfigured(true);
        log.info({ file: next[0]!.file }, 'Configuration reloaded');
      } catch (error) {
        for (const each of clusters) each.reconfigured(false);
        const message = error instanceof Error ? error.message : String(error);
        log.error(`New configuration refused, the old one stays in force:\n${message}`);
        throw error;
      }
    }
    return { url: await front.listen(), probesUrl: front.probesUrl, failed, reload, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface ClusterOptions extends Pick<
  DaemonOptions,
  'log' | 'version' | 'print' | 'droppedLogLines' | 'loadThread'
> {
  readonly loaded: LoadedConfig;
  readonly front: Front;
  readonly releasers: Releasers;
  reload(): Promise<void>;
}

interface RunningCluster {
  /** Resolves when the daemon cannot go on. */
  readonly failed: Promise<Error>;
  start(): Promise<void>;
  /** @throws when the old configuration stays in force */
  reconfigure(next: LoadedConfig): Promise<void>;
  /** After all clusters have taken a new configuration, or one of them has refused it. */
  reconfigured(isInForce: boolean): void;
}

/**
 * The cycle thread of a cluster (and with it its history), pages, messages, and the schedule. Where another process leads
 * the same history, this one serves pages and stands by: it does the rest once that process is gone.
 */
function composeCluster(options: ClusterOptions): RunningCluster {
  const { log, version, print, front, releasers, reload, loadThread } = options;
  let { loaded } = options;
  /** What the cycle thread began with. */
  let opened = loaded;
  /** Resolves when it has what was loaded until it was open. */
  let upToDate: Promise<unknown> = Promise.resolve();
  const config = () => loaded.config;

  let cycles: CycleSupervisor | null = null;
  let pages: Pages | null = null;
  let duties: Duties | null = null;
  const metrics = createMetrics(version, config().cluster, {
    lagSeconds: () => {
      const lagMs = cycles?.lagMs ?? null;
      return lagMs === null ? null : lagMs / SECOND_MS;
    },
    questions: () => pages?.pool ?? null,
    deliveryQueue: async () => duties?.deliveries().queue() ?? null,
    droppedLogLines: options.droppedLogLines ?? (() => 0),
  });
  const { registry, openRegistry } = metrics;
  for (const each of front.clusters.length > 1 ? [registry, openRegistry] : [])
    each.setDefaultLabels({ cluster: config().cluster });
  const reconfigured = (isInForce: boolean): void => {
    metrics.reloadOk.set(isInForce ? 1 : 0);
    if (isInForce) metrics.reloadTime.set(Date.now() / SECOND_MS);
    if (isInForce) pages?.configure();
  };
  reconfigured(true);

  const probes: ProbeSource = {
    registry,
    openRegistry,
    unhealthy: () => cycles?.unhealthyBecause ?? null,
    notReady: () => (pages === null ? 'The history is not open yet' : null),
  };
  front.watch(config().cluster, probes);

  const reconfigure = async (next: LoadedConfig): Promise<void> => {
    const use = () => {
      loaded = next;
    };
    if (duties === null) {
      use();
      reloads.emit('reloaded');
    } else {
      await upToDate;
      await duties.reconfigure(next, use);
    }
  };

  const shared = { config, loaded: () => loaded, releasers, log };
  const announced = () => duties?.pump.wake();
  const changed = () => duties?.changed();
  const lastWork = () => cycles?.lastWork ?? null;
  const now = () => cycles?.time ?? Date.now();
  const parts = { front, metrics, probes, version, reload, announced, changed, lastWork, now };
  const serve = async () => {
    const { openPages } = await import('./pages.ts');
    return openPages({ ...shared, ...parts });
  };

  const reloads: Waiting['reloads'] = new EventEmitter();
  const stop = new AbortController();
  const failed = Promise.withResolvers<Error>();
  const { path } = config().history;

  const work = async (started: Promise<CycleSupervisor>): Promise<void> => {
    const supervisor = await started;
    cycles = supervisor;
    releasers.push('the cycle thread', () => supervisor.close(THREAD_GRACE_MS));
    pages ??= await serve();
    const observe = (channel: string, result: AttemptResult) =>
      metrics.deliveries.inc({ channel, result });
    const { startDuties } = await import('./duties.ts');
    const begun = await startDuties({ ...shared, pages, supervisor, observe });
    duties = begun;
    // A reload that came after the thread was opened has reached nothing of them yet; later ones wait for it.
    if (loaded !== opened)
      upToDate = begun
        .reconfigure(loaded, () => undefined)
        .catch((err: unknown) => {
          loaded = opened;
          reconfigured(false);
          log.error({ err }, 'New configuration refused, the old one stays in force');
        });
    await upToDate;
    log.info({ pages: pages.url, probes: front.probesUrl }, 'Burnwatch is running');
    const begin = setTimeout(() => {
      releasers.push('the check of the history', checkHistory(path, supervisor, log));
      supervisor.tick();
    }, FIRST_ANSWERS_MS);
    releasers.push('the first window', async () => clearTimeout(begin));
  };

  const start = async (): Promise<void> => {
    const standsBy = Promise.withResolvers<'stands by'>();
    const lead = leadHistory({ path, command: 'run', clock: Date.now }, stop.signal, (leader) => {
      log.info({ leader }, 'Another process leads');
      standsBy.resolve('stands by');
    });
    const keepLead = async (): Promise<void> => {
      const leadership = await lead;
      // A file is locked by the process that opens it.
      if (leadership === null) return;
      releasers.push('the lead', () => leadership.release());
      void leadership.lost.then(failed.resolve);
    };
    const leading = keepLead();
    // The thread of a process that stands by is loaded, so that taking over is quick.
    const heartbeat = new Heartbeat({ config, metrics, log, now: Date.now });
    releasers.push('the heartbeat', () => heartbeat.stop());
    const thread = { metrics, log, heartbeat, now: Date.now, print, loadThread };
    const started = CycleSupervisor.start(() => (opened = loaded), thread, {
      leads: leading,
      reloads,
    });
    started.catch(() => undefined);
    releasers.push('the wait for the lead', async () => {
      stop.abort();
      await started.catch(() => undefined);
    });
    // The rest of this thread's code is loaded while the cycle thread loads its own.
    await Promise.all([import('./pages.ts'), import('./duties.ts')]);
    const first = await Promise.race([leading, standsBy.promise]);
    if (first !== 'stands by') return work(started);
    pages = await serve();
    log.info({ pages: pages.url, probes: front.probesUrl }, 'Burnwatch stands by');
    work(started).catch((error: unknown) => {
      if (!stop.signal.aborted) failed.resolve(error as Error);
    });
  };
  return { failed: failed.promise, start, reconfigure, reconfigured };
}

/** Reads the whole history in a thread, now and once a day; returns how to stop. */
function checkHistory(
  path: string,
  supervisor: Pick<CycleSupervisor, 'damaged'>,
  log: Logger,
): () => Promise<void> {
  const stop = new AbortController();
  const check = async (): Promise<void> => {
    try {
      const problem = await findDamage(path, stop.signal);
      if (problem !== null) supervisor.damaged(problem);
    } catch (err) {
      if (!stop.signal.aborted) log.warn({ err }, 'The history could not be checked');
    }
  };
  let running = check();
  const timer = setInterval(() => {
    running = check();
  }, DAY_MS);
  return async () => {
    clearInterval(timer);
    stop.abort();
    await running;
  };
}
