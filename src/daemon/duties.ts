import type { Logger } from 'pino';
import type { BillConfig, ExportConfig } from '../cost/config.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import { importConfigured } from './billImports.ts';
import { startButtonListener } from './buttonListener.ts';
import { composeNotifier, type AttemptResult } from './composeNotifier.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import type { CycleSupervisor } from './cycleSupervisor.ts';
import { exportLastMonth } from './monthExports.ts';
import { NotifyPump } from './notifyPump.ts';
import type { Pages } from './pages.ts';
import type { Releasers } from './releasers.ts';
import { systemClock } from '../notify/clock.ts';
import { startSchedule } from './schedule.ts';
import { WorkQueue } from './singleFlight.ts';
import { WeeklyDigest } from './weeklyDigest.ts';

export interface DutiesParts {
  config(): Config;
  loaded(): LoadedConfig;
  readonly supervisor: CycleSupervisor;
  readonly pages: Pages;
  readonly releasers: Releasers;
  readonly log: Logger;
  observe(channel: string, result: AttemptResult): void;
}

/** What one process does for a history: windows on schedule, messages, responses, the digest, buttons, bills. */
export interface Duties {
  readonly pump: NotifyPump;
  /** Plans messages after an interaction. */
  changed(): void;
  deliveries(): DeliveryStore;
  /**
   * Takes a new configuration into use. `use` makes it the one in force, once all that can fail is done.
   * @throws when the old one stays in force
   */
  reconfigure(next: LoadedConfig, use: () => void): Promise<void>;
}

/** Starts everything that the history’s only writer does beside sealing windows. */
export async function startDuties(parts: DutiesParts): Promise<Duties> {
  const { config, loaded, pages, supervisor, releasers, log, observe } = parts;
  const { reader, stores, responder } = pages;
  const now = () => supervisor.time ?? Date.now();
  const clock = systemClock(now);
  const notifierOf = () => composeNotifier(loaded(), log, observe, clock);
  let notifier = await notifierOf();
  releasers.push('the notifier', () => notifier.close());
  const { installedAt } = await notifier.store.view(now());
  const pump = new NotifyPump(() => notifier.notifier, log, now);
  const digests = new WeeklyDigest({
    config,
    cycles: supervisor,
    pump,
    log,
    now,
    isInDoubt: () => supervisor.time === null,
    installedAt: async (at) => (await notifier.store.view(at)).installedAt,
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
      .plan(now())
      .catch((err: unknown) => log.error({ err }, 'Planning messages after an interaction failed'));
  };
  const responses = responder.parts;
  const listenToButtons = () =>
    startButtonListener(config(), { reader, stores, responses, log, clock, changed });
  let buttons = listenToButtons();
  releasers.push('the buttons', () => buttons.stop());
  responder.start();
  releasers.push('the responses', () => responder.stop());
  releasers.push('the cycle', () => supervisor.stop());
  releasers.push('the weekly digest', async () => digests.stop());
  const deliveries = () => notifier.store;
  const deps = { config, reader, deliveries, pump, log, now };
  const bills = new WorkQueue<BillConfig>((bill) => importConfigured(bill, deps));
  releasers.push('the bills', () => bills.settled());
  const exports = new WorkQueue<ExportConfig>((target) => exportLastMonth(target, deps));
  releasers.push('the exports', () => exports.settled());
  const parties = {
    cycle: supervisor,
    digest: digests,
    backup: { tick: () => supervisor.backUp() },
    bills,
    exports,
  };
  let schedule = startSchedule(config(), parties, log);
  releasers.push('the schedule', () => schedule.destroy());
  return {
    pump,
    changed,
    deliveries,
    reconfigure: async (next, use) => {
      const nextSchedule = startSchedule(next.config, parties, log);
      await supervisor.reconfigure(next).catch((error: unknown) => {
        void nextSchedule.destroy();
        throw error;
      });
      await schedule.destroy();
      schedule = nextSchedule;
      use();
      const old = notifier;
      notifier = await notifierOf();
      await old.close();
      await buttons.stop();
      buttons = listenToButtons();
    },
  };
}
