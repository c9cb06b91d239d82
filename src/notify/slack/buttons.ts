import { SocketModeClient } from '@slack/socket-mode';
import type { WebClient } from '@slack/web-api';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../clock.ts';
import { fetchUntil, silentLogger } from './client.ts';
import { handlePress, type PressParts, type PressResult } from './handlePress.ts';
import { readPress, type Press } from './interaction.ts';
import { prose } from './mrkdwn.ts';

export interface ButtonParts extends PressParts {
  readonly appToken: string;
  readonly apiUrl: string;
  /** Speaks with the bot's token, for answers. */
  readonly client: WebClient;
  readonly clock: Clock;
  /** Called when a press changed something, so that it is planned and shown at once. */
  changed(): void;
  readonly logger: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

const CLOSE_WITHIN_MS = 2 * SECOND_MS;
const LONGEST_WAIT_MS = 5 * MINUTE_MS;

/**
 * Listens to the buttons of our messages through Socket Mode, so that no public address is needed,
 * until `signal` aborts; connects again with back-off for as long as it takes.
 *
 * The SDK's own reconnecting is off: a failure while it reconnects is an unhandled rejection, which
 * would end the process.
 */
export async function listenToButtons(parts: ButtonParts, signal: AbortSignal): Promise<void> {
  const { clock, logger } = parts;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await listenOnce(parts, signal, () => {
        failures = 0;
      });
    } catch (error) {
      failures += 1;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn({ failures }, `the connection for Slack's buttons failed: ${reason}`);
    }
    // Slack closes connections regularly: that is no failure, and the next one is made at once.
    const wait = Math.min(LONGEST_WAIT_MS, SECOND_MS * 2 ** Math.min(failures, 10));
    if (!signal.aborted) await clock.sleep(wait * (0.5 + clock.random() / 2), signal);
  }
}

/** One connection, from its opening to its end. */
async function listenOnce(
  parts: ButtonParts,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<void> {
  const { clock } = parts;
  const client = new SocketModeClient({
    appToken: parts.appToken,
    autoReconnectEnabled: false,
    logger: silentLogger(),
    clientOptions: {
      slackApiUrl: parts.apiUrl,
      timeout: 15_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: fetchUntil(signal),
    },
  });
  client.on('interactive', (event: { ack: () => Promise<void>; body: unknown }) => {
    void answer(event, parts, signal);
  });
  const closed = Promise.withResolvers<void>();
  client.on('disconnected', () => closed.resolve());
  client.on('error', () => closed.resolve());
  const disconnect = async (): Promise<void> => {
    // The other side may never complete the closing handshake.
    const patience = clock.sleep(CLOSE_WITHIN_MS, AbortSignal.timeout(2 * CLOSE_WITHIN_MS));
    await Promise.race([client.disconnect().catch(() => undefined), patience]);
  };
  const stop = () => {
    void disconnect();
    closed.resolve();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.start();
    onConnected();
    parts.logger.info({}, "listening to Slack's buttons");
    await closed.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await disconnect();
    client.removeAllListeners();
  }
}

/** Slack wants to hear within three seconds that the press arrived; the work comes after. */
async function answer(
  event: { ack: () => Promise<void>; body: unknown },
  parts: ButtonParts,
  signal: AbortSignal,
): Promise<void> {
  const { logger, clock } = parts;
  try {
    await event.ack();
    const press = readPress(event.body);
    if (press === null || signal.aborted) return;
    const result = await handlePress(press, parts, clock.now());
    const { what, findingId, userId } = press;
    logger.info(
      { what, finding: findingId, user: userId, done: result.changed },
      'a button was pressed',
    );
    if (result.changed) parts.changed();
    await sayAlone(press, result, parts.client);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({}, `a button of a Slack message could not be answered: ${reason}`);
  }
}

/** The answer to whoever pressed, which nobody else sees. */
async function sayAlone(
  { channel, userId }: Press,
  { answer: text }: PressResult,
  client: WebClient,
): Promise<void> {
  if (channel === null || text === null) return;
  await client.chat.postEphemeral({ channel, user: userId, text: prose(text) });
}
