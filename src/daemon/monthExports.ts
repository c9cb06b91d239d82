import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { ExportConfig } from '../cost/config.ts';
import { closeMonth, NotOver } from '../cost/chargeback/closeMonth.ts';
import { monthFile, writeExport } from '../cost/chargeback/writeExport.ts';
import { openBillStore } from '../engines/openHistory.ts';
import { formatTime, monthStart, type TimeMs } from '../model/time.ts';
import type { HistoryReader } from '../store/history.ts';
import type { Config } from './config/schema.ts';

interface MonthExportsDeps {
  readonly config: () => Config;
  readonly reader: HistoryReader;
  readonly log: Logger;
  readonly now: () => TimeMs;
}

/**
 * Closes the last month and writes it for its teams, once it has been over for a while. Files and history say what is done,
 * so that a restart or an outage at that hour only delays it.
 */
export class MonthExports {
  readonly #deps: MonthExportsDeps;
  #last: Promise<void> = Promise.resolve();

  constructor(deps: MonthExportsDeps) {
    this.#deps = deps;
  }

  tick(target: ExportConfig): void {
    this.#last = this.#last.then(() => this.#export(target));
  }

  /** Resolves when nothing is being written any more. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #export(target: ExportConfig): Promise<void> {
    const { config, reader, log, now } = this.#deps;
    const { history, pricing, cluster } = config();
    const thisMonth = monthStart(now());
    const month = monthStart(thisMonth - 1);
    const name = formatTime(month).slice(0, 7);
    if (now() < thisMonth + target.closeAfter || existsSync(monthFile(target.to, cluster, name)))
      return;
    try {
      const bills = await openBillStore(history.path);
      try {
        const report = await closeMonth({ reader, bills, pricing, cluster }, month, now());
        const files = await writeExport(report, target);
        log.info({ month: name, files: files.length, to: target.to }, 'Month closed and exported');
      } finally {
        await bills.close();
      }
    } catch (err) {
      if (err instanceof NotOver)
        log.warn({ month: name, reason: err.message }, 'Month not exported');
      else log.error({ err, month: name }, 'Exporting a month failed');
    }
  }
}
