import type { Logger } from 'pino';
import {
  openAuditLog,
  openDeliveryStore,
  openOperatorLog,
  openSilenceStore,
} from '../engines/openHistory.ts';
import type { DoorStores } from '../serve/deps.ts';
import { Releasers } from './releasers.ts';

export interface OpenDoorStores extends DoorStores {
  close(): Promise<void>;
}

/** Opens what the pages and the API write: each a connection of its own for short writes. */
export async function openDoorStores(path: string, log: Logger): Promise<OpenDoorStores> {
  const releasers = new Releasers();
  const close = () =>
    releasers.releaseAll((name, err) => log.warn({ err }, `${name} did not close`));
  try {
    const actions = await openOperatorLog(path);
    releasers.push('the operators’ log', () => actions.close());
    const silences = await openSilenceStore(path);
    releasers.push('the silences', () => silences.close());
    const audit = await openAuditLog(path);
    releasers.push('the audit log', () => audit.close());
    const deliveries = await openDeliveryStore(path);
    releasers.push('the deliveries', () => deliveries.close());
    return { actions, silences, audit, deliveries, close };
  } catch (error) {
    await close();
    throw error;
  }
}
