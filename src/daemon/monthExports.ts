import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { ExportConfig } from '../cost/config.ts';
import { closeMonth, NotOver } from '../cost/chargeback/closeMonth.ts';
import { monthFile, writeExport } from '../cost/chargeback/writeExport.ts';
import { email, toEmail } from '../channels/email/config.ts';
import { monthMails, type MonthReceivers } from '../notify/monthMails.ts';
import { costOwnerReceiver } from '../notify/owners.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import type { NotifyPump } from './notifyPump.ts';
import { openBillStore } from '../engines/openHistory.ts';
import { monthName, monthStart, type TimeMs } from '../model/time.ts';
import type { HistoryReader } from '../store/history.ts';
import type { Config } from './config/schema.ts';

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
