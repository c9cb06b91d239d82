import type { Logger } from 'pino';
import type { LoadedConfig } from './config/load.ts';
import { leadHistory } from '../engines/openHistory.ts';
import { SECOND_MS } from '../model/time.ts';
import { readCertificate } from '../serve/listen.ts';
import { createMetrics } from '../serve/metrics.ts';
import { createProbes, type ProbeSource } from '../serve/probes.ts';
import { checkHistory } from './checkHistory.ts';
import type { AttemptResult } from './composeNotifier.ts';
import { CycleSupervisor } from './cycleSupervisor.ts';
import { startDuties, type Duties } from './duties.ts';
import { listenOn, openPages, type Pages } from './pages.ts';
import { Releasers } from './releasers.ts';
import { requireReloadable } from './reloadable.ts';

/** SIGTERM is to end the daemon within ten seconds: the cycle thread gets most of them. */
const THREAD_GRACE_MS = 6 * SECOND_MS;

export interface DaemonOptions {
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly log: Logger;
  /** Reads the configuration again. @throws ConfigError */
  loadAgain(): LoadedConfig;
  /** Is called with the configuration that has come into force. */
  onConfig(loaded: LoadedConfig): void;
  /** Prints for people, on stdout. */
  print(text: string): void;
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
 * Composes the daemon and starts it: probes first, then the cycle thread (and with it the history), pages, messages, and
 * last the schedule. Where another process leads the same history, this one serves pages and stands by: it does the rest
 * once that process is gone. A start that fails gives back what it had taken.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const releasers = new Releasers();
  const { log } = options;
  const release = () =>
    releasers.releaseAll((name, err) => log.error({ err }, `Closing ${name} failed`));
  try {
    return await compose(options, releasers, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function compose(
  options: DaemonOptions,
  releasers: Releasers,
  release: () => Promise<void>,
): Promise<Daemon> {
  const { log, version, print } = options;
  let loaded = options.loaded;
  const config = () => loaded.config;

  let cycles: CycleSupervisor | null = null;
  let pages: Pages | null = null;
  let duties: Duties | null = null;
  const metrics = createMetrics(version, config().cluster, {
    lagSeconds: () => {
      const watermark = cycles?.watermark ?? null;
      return watermark === null ? null : (Date.now() - watermark) / SECOND_MS;
    },
    deliveryQueue: async () => duties?.deliveries().queue() ?? null,
  });
  metrics.reloadOk.set(1);
  metrics.reloadTime.set(Date.now() / SECOND_MS);

  const probes: ProbeSource = {
    registry: metrics.registry,
    unhealthy: () => cycles?.unhealthyBecause ?? null,
    notReady: () => (pages === null ? 'The history is not open yet' : null),
  };
  const probed = await listenOn('serve.probes', config().serve.probes, createProbes(probes).fetch);
  releasers.push('the probe listener', () => probed.close());

  async function reload(): Promise<void> {
    try {
      const next = options.loadAgain();
      requireReloadable(loaded, next);
      // All that can fail is done before anything that is in force changes.
      const certificate = readCertificate(next.config.serve);
      const use = () => {
        loaded = next;
        options.onConfig(next);
      };
      if (duties === null) use();
      else await duties.reconfigure(next, use);
      pages?.configure(certificate);
      metrics.reloadOk.set(1);
      metrics.reloadTime.set(Date.now() / SECOND_MS);
      log.info({ file: next.file }, 'Configuration reloaded');
    } catch (error) {
      metrics.reloadOk.set(0);
      const message = error instanceof Error ? error.message : String(error);
      log.error(`New configuration refused, the old one stays in force:\n${message}`);
      throw error;
    }
  }

  const shared = { config, loaded: () => loaded, releasers, log };
  const announced = () => duties?.pump.wake();
  const serve = () => openPages({ ...shared, metrics, probes, version, reload, announced });

  const stop = new AbortController();
  const failed = Promise.withResolvers<Error>();
  const standsBy = Promise.withResolvers<'stands by'>();
  const { path } = config().history;
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
  const parts = { metrics, log, now: Date.now, print };
  const started = CycleSupervisor.start(() => loaded, parts, leading);
  started.catch(() => undefined);
  releasers.push('the wait for the lead', async () => {
    stop.abort();
    await started.catch(() => undefined);
  });
  const work = async (): Promise<void> => {
    const supervisor = await started;
    cycles = supervisor;
    releasers.push('the cycle thread', () => supervisor.close(THREAD_GRACE_MS));
    pages ??= await serve();
    const observe = (channel: string, result: AttemptResult) =>
      metrics.deliveries.inc({ channel, result });
    duties = await startDuties({ ...shared, pages, supervisor, observe });
    const check = checkHistory(path, supervisor, log);
    releasers.push('the check of the history', check);
    log.info({ pages: pages.url, probes: probed.url }, 'Burnwatch is running');
    supervisor.tick();
  };
  if ((await Promise.race([leading, standsBy.promise])) !== 'stands by') await work();
  else {
    pages = await serve();
    log.info({ pages: pages.url, probes: probed.url }, 'Burnwatch stands by');
    work().catch((error: unknown) => {
      if (!stop.signal.aborted) failed.resolve(error as Error);
    });
  }
  const { url } = pages!;
  return { url, probesUrl: probed.url, failed: failed.promise, reload, stop: release };
}
