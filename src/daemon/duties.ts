import type { Logger } from 'pino';
import type { BillConfig, ExportConfig } from '../cost/config.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import { startButtonListener } from './buttonListener.ts';
import { composeNotifier, type AttemptResult } from './composeNotifier.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import type { CycleSupervisor } from './cycleSupervisor.ts';
import { NotifyPump } from './notifyPump.ts';
import type { Pages } from './pages.ts';
import type { Releasers } from './releasers.ts';
import { systemClock } from '../notify/clock.ts';
import { startSchedule } from './schedule.ts';
import { WorkQueue } from './singleFlight.ts';
import { WeeklyDigest } from './weeklyDigest.ts';
import { openBillStore } from '../engines/openHistory.ts';
import type { HistoryReader } from '../store/history.ts';
import { existsSync } from 'node:fs';
import { closeMonth, NotOver } from '../cost/chargeback/closeMonth.ts';
import { monthFile, writeExport } from '../cost/chargeback/writeExport.ts';
import { email, toEmail } from '../channels/email/config.ts';
import { monthMails, type MonthReceivers } from '../notify/monthMails.ts';
import { costOwnerReceiver } from '../notify/owners.ts';
import { spareMemory } from '../model/spareMemory.ts';
import { monthName, monthStart, type TimeMs } from '../model/time.ts';

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
    afterRun: () => {
      digests.tick();
      spareMemory();
    },
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
  releasers.push('the schedule', async () => schedule.destroy());
  return {
    pump,
    changed,
    deliveries,
    reconfigure: async (next, use) => {
      const nextSchedule = startSchedule(next.config, parties, log);
      await supervisor.reconfigure(next).catch((error: unknown) => {
        nextSchedule.destroy();
        throw error;
      });
      schedule.destroy();
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

interface BillImportsDeps {
  readonly config: () => Config;
  readonly reader: HistoryReader;
  readonly log: Logger;
  readonly now: () => number;
}

/** Imports a bill of the configuration, whose time has come. */
async function importConfigured(
  { path, url, where }: BillConfig,
  { config, reader, log, now }: BillImportsDeps,
): Promise<void> {
  const { importBill } = await import('../cost/bill/importBill.ts');
  const filters = Object.entries(where).map(([column, value]) => ({ column, value }));
  const { history, pricing, cluster } = config();
  try {
    const store = await openBillStore(history.path);
    try {
      const request = { currency: pricing.currency, filters, final: false, reopen: false };
      const { days, charges, nodes } = await importBill(
        { ...request, path: path ?? url ?? '', now: now(), pricing, cluster },
        reader,
        store,
      );
      log.info({ days: days.length, charges, nodes }, 'Bill imported');
    } finally {
      await store.close();
    }
  } catch (err) {
    log.error({ err }, 'Importing a bill failed');
  }
}

interface MonthExportsDeps {
  readonly config: () => Config;
  readonly reader: HistoryReader;
  readonly deliveries: () => Pick<DeliveryStore, 'enqueue'>;
  readonly pump: Pick<NotifyPump, 'wake'>;
  readonly log: Logger;
  readonly now: () => TimeMs;
}

/**
 * Closes the last month, mails it and writes it for its teams, once it has been over for a while. Files and history say what is
 * done, so that a restart or an outage at that hour only delays it.
 */
export async function exportLastMonth(
  target: ExportConfig,
  { config, reader, deliveries, pump, log, now }: MonthExportsDeps,
): Promise<void> {
  const { history, pricing, cluster } = config();
  const thisMonth = monthStart(now());
  const month = monthStart(thisMonth - 1);
  const name = monthName(month);
  if (now() < thisMonth + target.closeAfter || existsSync(monthFile(target.to, cluster, name)))
    return;
  try {
    const bills = await openBillStore(history.path);
    try {
      const report = await closeMonth({ reader, bills, pricing, cluster }, month, now());
      const mails = monthMails(report, receiversOf(target, config()), target.format, now());
      await deliveries().enqueue(mails);
      // The last file says that all is done.
      const files = await writeExport(report, target);
      pump.wake();
      const counts = { files: files.length, to: target.to, mails: mails.length };
      log.info({ month: name, ...counts }, 'Month closed and exported');
    } finally {
      await bills.close();
    }
  } catch (err) {
    if (err instanceof NotOver)
      log.warn({ month: name, reason: err.message }, 'Month not exported');
    else log.error({ err, month: name }, 'Exporting a month failed');
  }
}

/** Mail alone carries a file: an owner whom only another channel reaches finds it in the folder. */
function receiversOf(
  { email: addresses, emailOwners }: ExportConfig,
  { email: server, owners }: Pick<Config, 'email' | 'owners'>,
): MonthReceivers {
  const { reach = null } = server === undefined ? {} : email.targets(server);
  return {
    all: addresses.map(toEmail),
    ownerOf: (owner) =>
      emailOwners && reach !== null ? costOwnerReceiver(owner, owners, reach) : null,
  };
}
