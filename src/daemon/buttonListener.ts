import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import type { HistoryReader } from '../store/history.ts';
import type { Clock } from '../notify/clock.ts';
import { policyOf } from '../channels/channels.ts';
import { listenToButtons } from '../channels/slack/buttons.ts';
import { createSlackClient } from '../channels/slack/client.ts';
import { SignedInteractions, type SignedParts } from '../channels/slack/signedInteractions.ts';
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
  readonly clock: Clock;
  /** Called when an interaction changed something that the next plan shows. */
  changed(): void;
}

/** Listens to buttons through Socket Mode where the configuration has both of Slack's tokens; else there is nothing to stop. */
export function startButtonListener(config: Config, given: ListenerParts): ButtonListener {
  const parts = partsOf(config, given);
  const { appToken, apiUrl } = config.slack ?? {};
  if (parts === null || appToken === undefined || apiUrl === undefined)
    return { stop: async () => undefined };
  const stop = new AbortController();
  const running = listenToButtons({ ...parts, appToken, apiUrl }, stop.signal);
  return {
    stop: () => {
      stop.abort();
      return running;
    },
  };
}

/** Takes buttons that come by HTTP; null without `slack.signingSecret`. */
export function signedInteractions(
  config: Config,
  given: ListenerParts,
): SignedInteractions | null {
  const parts = partsOf(config, given);
  const { signingSecret } = config.slack ?? {};
  if (parts === null || signingSecret === undefined) return null;
  return new SignedInteractions({ ...parts, signingSecret });
}

function partsOf(config: Config, given: ListenerParts): Omit<SignedParts, 'signingSecret'> | null {
  const { slack } = config;
  if (slack?.token === undefined) return null;
  const { reader, stores, responses, log, changed } = given;
  const { actions, silences, audit, deliveries } = stores;
  const { token, apiUrl, timeout: timeoutMs, abuseResponders } = slack;
  return {
    client: createSlackClient({ token, apiUrl, timeoutMs }),
    clock: given.clock,
    reader,
    actions,
    silences,
    audit,
    responses,
    enqueue: (waiting) => deliveries.enqueue(waiting),
    platform: policyOf(config).destinations.platform,
    abuseResponders: new Set(abuseResponders),
    changed,
    logger: log,
  };
}
