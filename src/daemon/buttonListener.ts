import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import type { HistoryReader } from '../store/history.ts';
import type { Clock } from '../notify/clock.ts';
import { policyOf } from '../channels/channels.ts';
import type { SignedInteractions, SignedParts } from '../channels/slack/signedInteractions.ts';
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
  const { slack } = config;
  const { token, appToken } = slack ?? {};
  if (slack === undefined || token === undefined || appToken === undefined)
    return { stop: async () => undefined };
  const stop = new AbortController();
  const listen = async (): Promise<void> => {
    // Slack's client is a tenth of what the main thread loads: only who has Slack pays for it.
    const { listenToButtons } = await import('../channels/slack/buttons.ts');
    const parts = await partsOf({ ...slack, token }, config, given);
    await listenToButtons({ ...parts, appToken, apiUrl: slack.apiUrl }, stop.signal);
  };
  const running = listen().catch((err: unknown) => {
    given.log.error({ err }, 'Buttons of Slack messages do not work');
  });
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
): Pick<SignedInteractions, 'take' | 'stop'> | null {
  const { slack } = config;
  const { token, signingSecret } = slack ?? {};
  if (slack === undefined || token === undefined || signingSecret === undefined) return null;
  const open = async (): Promise<SignedInteractions> => {
    const { SignedInteractions } = await import('../channels/slack/signedInteractions.ts');
    const parts = await partsOf({ ...slack, token }, config, given);
    return new SignedInteractions({ ...parts, signingSecret });
  };
  let opened: Promise<SignedInteractions> | null = null;
  return {
    take: async (request) => {
      opened ??= open();
      const interactions = await opened.catch((error: unknown) => {
        opened = null;
        throw error;
      });
      return interactions.take(request);
    },
    stop: async () => (await opened?.catch(() => null))?.stop(),
  };
}

async function partsOf(
  slack: NonNullable<Config['slack']> & { readonly token: string },
  config: Config,
  given: ListenerParts,
): Promise<Omit<SignedParts, 'signingSecret'>> {
  const { createSlackClient } = await import('../channels/slack/client.ts');
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
