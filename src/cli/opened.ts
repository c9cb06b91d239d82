import type { Config } from '../daemon/config/schema.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import type { HistoryReader } from '../store/history.ts';

/** Works with what `open` opens, and closes it whatever happens. */
export async function withOpened<S extends { close(): Promise<void> }, T>(
  open: Promise<S>,
  work: (opened: S) => Promise<T>,
): Promise<T> {
  const opened = await open;
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Reads the configured history, which must be of the configured cluster and currency. @throws HistoryError */
export function withHistory<T>(
  { cluster, pricing, history }: Config,
  work: (reader: HistoryReader) => Promise<T>,
): Promise<T> {
  const expected = { cluster, currency: pricing.currency };
  return withOpened(openHistoryReader(history.path, expected), work);
}
