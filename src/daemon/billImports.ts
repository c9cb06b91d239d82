import type { Logger } from 'pino';
import type { BillConfig } from '../cost/config.ts';
import { importBill } from '../cost/bill/importBill.ts';
import { openBillStore } from '../engines/openHistory.ts';
import type { HistoryReader } from '../store/history.ts';
import type { Config } from './config/schema.ts';

interface BillImportsDeps {
  readonly config: () => Config;
  readonly reader: HistoryReader;
  readonly log: Logger;
  readonly now: () => number;
}

/** Imports the bills of the configuration when their time has come, one after the other. */
export class BillImports {
  readonly #deps: BillImportsDeps;
  #last: Promise<void> = Promise.resolve();

  constructor(deps: BillImportsDeps) {
    this.#deps = deps;
  }

  tick(bill: BillConfig): void {
    this.#last = this.#last.then(() => this.#import(bill));
  }

  /** Resolves when nothing is being imported any more. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #import({ path, url, where }: BillConfig): Promise<void> {
    const { config, reader, log, now } = this.#deps;
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
}
