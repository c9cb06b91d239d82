import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import { systemClock } from '../notify/clock.ts';
import { policyOf } from '../channels/channels.ts';
import { listenToButtons } from '../channels/slack/buttons.ts';
import { createSlackClient } from '../channels/slack/client.ts';
import type { RequestParts } from '../respond/requests.ts';
import { openStores } from './openStores.ts';
import { Releasers } from './releasers.ts';

/** The buttons of our Slack messages, listened to until they are stopped. */
export interface ButtonListener {
  stop(): Promise<void>;
}

/**
 * Listens to buttons through Socket Mode where the configuration has both of Slack's tokens; else there
 * is nothing to stop and interactions get no response.
 *
 * @param changed called when an interaction changed something that the next plan shows
 */
export async function startButtonListener(
  config: Config,
  logger: Logger,
  responses: RequestParts,
  changed: () => void,
): Promise<ButtonListener> {
  const { slack, history } = config;
  const { path } = history;
  if (slack?.token === undefined || slack.appToken === undefined) {
    return { stop: async () => undefined };
  }
  const stores = await openStores(path, logger);
  const releasers = new Releasers();
  releasers.push('the stores of buttons', () => stores.close());
  const release = () =>
    releasers.releaseAll((name, err) => logger.warn({ err }, `${name} did not close`));
  try {
    const reader = await openHistoryReader(path);
    releasers.push('the reader of buttons', () => reader.close());
    const { actions, silences, audit, deliveries: store } = stores;
    const { token, appToken, apiUrl, timeout: timeoutMs, abuseResponders } = slack;
    const { destinations } = policyOf(config);
    const stop = new AbortController();
    const parts = {
      appToken,
      apiUrl,
      client: createSlackClient({ token, apiUrl, timeoutMs }),
      clock: systemClock(),
      reader,
      actions,
      silences,
      audit,
      responses,
      enqueue: (deliveries: Parameters<typeof store.enqueue>[0]) => store.enqueue(deliveries),
      platform: destinations.platform,
      abuseResponders: new Set(abuseResponders),
      changed,
      logger,
    };
    const running = listenToButtons(parts, stop.signal);
    releasers.push('the buttons', () => {
      stop.abort();
      return running;
    });
    return { stop: release };
  } catch (error) {
    await release();
    throw error;
  }
}
