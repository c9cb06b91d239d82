import { SocketModeClient } from '@slack/socket-mode';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import { answerInteraction, type ConnectionParts, type SlackEvent } from './answerInteraction.ts';
import { fetchUntil, silentLogger, withSignal } from './client.ts';
import { workspaceOf } from './workspace.ts';

export interface ButtonParts extends Omit<ConnectionParts, 'workspace'> {
  readonly appToken: string;
  readonly apiUrl: string;
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
  const workspace = await withSignal(signal, () => workspaceOf(parts.client));
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
  client.on('interactive', (event: SlackEvent) => {
    void answerInteraction(event, { ...parts, workspace }, signal);
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
