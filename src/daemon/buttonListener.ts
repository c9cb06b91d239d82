import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import type { HistoryReader } from '../store/history.ts';
import { systemClock } from '../notify/clock.ts';
import { policyOf } from '../channels/channels.ts';
import { listenToButtons } from '../channels/slack/buttons.ts';
import { createSlackClient } from '../channels/slack/client.ts';
import type { RequestParts } from '../respond/requests.ts';
import type { openStores } from './openStores.ts';

/** The buttons of our Slack messages, listened to until they are stopped. */
export interface ButtonListener {
  stop(): Promise<void>;
}

/** What interactions read and write; it outlives the listener. */
interface ListenerParts {
  readonly reader: HistoryReader;
  readonly stores: Pick<
    Awaited<ReturnType<typeof openStores>>,
    'actions' | 'silences' | 'audit' | 'deliveries'
  >;
  readonly responses: RequestParts;
  readonly log: Logger;
  /** Called when an interaction changed something that the next plan shows. */
  changed(): void;
}

/**
 * Listens to buttons through Socket Mode where the configuration has both of Slack's tokens; else there
 * is nothing to stop and interactions get no response.
 */
export function startButtonListener(config: Config, given: ListenerParts): ButtonListener {
  const { slack } = config;
  if (slack?.token === undefined || slack.appToken === undefined) {
    return { stop: async () => undefined };
  }
  const { reader, stores, responses, log, changed } = given;
  const { actions, silences, audit, deliveries } = stores;
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
    enqueue: (waiting: Parameters<typeof deliveries.enqueue>[0]) => deliveries.enqueue(waiting),
    platform: destinations.platform,
    abuseResponders: new Set(abuseResponders),
    changed,
    logger: log,
  };
  const running = listenToButtons(parts, stop.signal);
  return {
    stop: () => {
      stop.abort();
      return running;
    },
  };
}
