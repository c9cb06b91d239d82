import type { Logger } from 'pino';
import {
  openAuditLog,
  openDeliveryStore,
  openOperatorLog,
  openSignalStore,
  openResponseStore,
  openSilenceStore,
} from '../engines/openHistory.ts';
import { Releasers } from './releasers.ts';

/** Opens what pages, API and Slack's buttons write: each a connection of its own for short writes. */
export async function openStores(path: string, log: Logger) {
  const releasers = new Releasers();
  const close = () =>
    releasers.releaseAll((name, err) => log.warn({ err }, `${name} did not close`));
  const opened = async <T extends { close(): Promise<void> }>(name: string, open: Promise<T>) => {
    const store = await open;
    releasers.push(name, () => store.close());
    return store;
  };
  try {
    return {
      actions: await opened('the operators’ log', openOperatorLog(path)),
      silences: await opened('the silences', openSilenceStore(path)),
      signals: await opened('the events of other tools', openSignalStore(path)),
      audit: await opened('the audit log', openAuditLog(path)),
      responses: await opened('the responses', openResponseStore(path)),
      deliveries: await opened('the deliveries', openDeliveryStore(path)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
