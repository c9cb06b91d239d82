import type { Logger } from 'pino';
import { parseListen } from '../model/listen.ts';
import type { LoadedConfig } from './config/load.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import { SECOND_MS } from '../model/time.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import { readCertificate, listen, type Certificate, type Listener } from '../serve/listen.ts';
import { QuestionPool } from '../serve/questions/questionPool.ts';
import type { IngestCounts } from '../serve/deps.ts';
import { createMetrics } from '../serve/metrics.ts';
import { createProbes, type ProbeSource } from '../serve/probes.ts';
import { startButtonListener } from './buttonListener.ts';
import { composeNotifier, type ComposedNotifier } from './composeNotifier.ts';
import { composeApp } from './composeApp.ts';
import { BillImports } from './billImports.ts';
import { CycleSupervisor, startSchedule } from './cycleSupervisor.ts';
import { NotifyPump } from './notifyPump.ts';
import { openStores } from './openStores.ts';
import { Releasers } from './releasers.ts';
import { checkHistory } from './checkHistory.ts';
import { requireReloadable } from './reloadable.ts';
import { ResponseWorker } from './responses.ts';
import { WeeklyDigest } from './weeklyDigest.ts';

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
  /** Takes the configuration anew. Rejects, with the reason, when the old one stays in force. */
  reload(): Promise<void>;
  /** Ends everything; the window at work is either sealed or untouched. */
  stop(): Promise<void>;
}

/**
 * Composes the daemon and starts it: probes first, then the cycle thread (and with it the history),
 * notifications, pages, and last the schedule. A start that fails gives back what it had taken.
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
  const { log, version } = options;
  let loaded = options.loaded;
  const config = () => loaded.config;

  let cycles: CycleSupervisor | null = null;
  let ready = false;
  let deliveries: DeliveryStore | null = null;
  const metrics = createMetrics(version, config().cluster, {
    lagSeconds: () => {
      const watermark = cycles?.watermark ?? null;
      return watermark === null ? null : (Date.now() - watermark) / SECOND_MS;
    },
    deliveryQueue: async () => deliveries?.queue() ?? null,
  });
  metrics.reloadOk.set(1);
  metrics.reloadTime.set(Date.now() / SECOND_MS);

  const probes: ProbeSource = {
    registry: metrics.registry,
    unhealthy: () => cycles?.unhealthyBecause ?? null,
    notReady: () => (ready ? null : 'The history is not open yet'),
  };
  const probed = await listenOn('serve.probes', config().serve.probes, createProbes(probes).fetch);
  releasers.push('the probe listener', () => probed.close());

  const { print } = options;
  const supervisor = await CycleSupervisor.start(loaded, { metrics, log, now: Date.now, print });
  cycles = supervisor;
  releasers.push('the cycle thread', () => supervisor.close(THREAD_GRACE_MS));

  const notifierOf = (): Promise<ComposedNotifier> =>
    composeNotifier(loaded, log, (channel, result) => metrics.deliveries.inc({ channel, result }));
  let notifier = await notifierOf();
  releasers.push('the notifier', () => notifier.close());
  deliveries = notifier.store;
  const { installedAt } = await notifier.store.view(Date.now());
  const pump = new NotifyPump(() => notifier.notifier, log);

  const reader = await openHistoryReader(config().history.path);
  releasers.push('the history reader', () => reader.close());

  const stores = await openStores(config().history.path, log);
  releasers.push('the stores of the pages', () => stores.close());

  const responder = new ResponseWorker({
    config,
    stores,
    reader,
    log,
    announced: () => pump.wake(),
  });
  const responses = responder.parts;

  const pool = new QuestionPool(loaded, reader, log);
  releasers.push('the question threads', () => pool.close());
  const { questions } = pool;

  const ingested: IngestCounts = {
    answered: (route, status) => metrics.ingestRequests.inc({ route, code: String(status) }),
    kept: (route, { accepted, duplicates }) => {
      metrics.signals.inc({ route, result: 'accepted' }, accepted);
      metrics.signals.inc({ route, result: 'duplicate' }, duplicates);
    },
  };
  const sources = { config, reader, stores, questions, probes, ingested, responses };
  const parts = { ...sources, log, version, reload: () => reload() };
  let app = composeApp(parts);
  const main = await listenOn(
    'serve.listen',
    config().serve.listen,
    (request, env) => app.fetch(request, env),
    readCertificate(config().serve),
  );
  releasers.push('the page listener', () => main.close());

  const digests = new WeeklyDigest({
    config,
    cycles: supervisor,
    pump,
    log,
    now: Date.now,
    installedAt: async (now) => (await notifier.store.view(now)).installedAt,
  });
  supervisor.goLive({
    pump,
    announced: installedAt !== null,
    afterRun: () => digests.tick(),
  });
  pump.start();
  releasers.push('the messages', () => pump.stop());
  const changed = () => {
    pump
      .plan(Date.now())
      .catch((err: unknown) => log.error({ err }, 'Planning messages after an interaction failed'));
  };
  const listenToButtons = () =>
    startButtonListener(config(), { reader, stores, responses, log, changed });
  let buttons = listenToButtons();
  releasers.push('the buttons', () => buttons.stop());
  responder.start();
  releasers.push('the responses', () => responder.stop());
  releasers.push('the cycle', () => supervisor.stop());
  releasers.push('the weekly digest', async () => digests.stop());
  const bills = new BillImports({ config, reader, log, now: Date.now });
  releasers.push('the bills', () => bills.settled());
  const parties = {
    cycle: supervisor,
    digest: digests,
    backup: { tick: () => supervisor.backUp() },
    bills,
  };
  let schedule = startSchedule(config(), parties, log);
  releasers.push('the schedule', () => schedule.destroy());

  async function reload(): Promise<void> {
    try {
      const next = options.loadAgain();
      requireReloadable(loaded, next);
      // All that can fail is done before anything that is in force changes.
      const certificate = readCertificate(next.config.serve);
      const nextSchedule = startSchedule(next.config, parties, log);
      await supervisor.reconfigure(next).catch((error: unknown) => {
        void nextSchedule.destroy();
        throw error;
      });
      await schedule.destroy();
      schedule = nextSchedule;
      loaded = next;
      options.onConfig(next);
      const old = notifier;
      notifier = await notifierOf();
      deliveries = notifier.store;
      await old.close();
      await buttons.stop();
      buttons = listenToButtons();
      pool.configure(next);
      if (certificate !== null) main.useCertificate(certificate);
      app = composeApp(parts);
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

  releasers.push('the check of the history', checkHistory(config().history.path, supervisor, log));

  ready = true;
  log.info({ pages: main.url, probes: probed.url }, 'Burnwatch is running');
  supervisor.tick();
  return { url: main.url, probesUrl: probed.url, reload, stop: release };
}

function listenOn(
  key: string,
  text: string,
  fetch: Parameters<typeof listen>[0],
  certificate: Certificate | null = null,
): Promise<Listener> {
  const address = parseListen(text);
  if (address === null) throw new Error(`${key}: ${text} is not HOST:PORT`);
  return listen(fetch, address, key, { certificate });
}
