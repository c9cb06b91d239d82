import type { Config } from '../daemon/config/schema.ts';
import { openHistoryReader } from '../engines/openHistory.ts';

/** The configured history, which must be of the configured cluster and currency. @throws HistoryError */
export function openHistoryOf(config: Config): ReturnType<typeof openHistoryReader> {
  const { cluster, pricing, history } = config;
  return openHistoryReader(history.path, { cluster, currency: pricing.currency });
}
