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

/** Imports a bill of the configuration, whose time has come. */
export async function importConfigured(
  { path, url, where }: BillConfig,
  { config, reader, log, now }: BillImportsDeps,
): Promise<void> {
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
