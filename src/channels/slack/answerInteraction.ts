import type { ModalView, WebClient } from '@slack/web-api';
import type { RequestParts } from '../../respond/requests.ts';
import type { Clock } from '../../notify/clock.ts';
import { readAcceptance } from './acceptDialog.ts';
import { handleInteraction, type InteractionParts } from './handleInteraction.ts';
import { handleResponse } from './handleResponse.ts';
import { readButton, readResponseButton, type Interaction } from './interaction.ts';
import { prose } from './mrkdwn.ts';

export interface ConnectionParts extends InteractionParts {
  /** What a button about a response needs. */
  readonly responses: RequestParts;
  /** Speaks with the bot's token, for answers. */
  readonly client: WebClient;
  readonly clock: Clock;
  /** Called when an interaction changed something, so that it is planned and shown at once. */
  changed(): void;
  readonly logger: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

/** An interaction as the SDK delivers it; `ack` confirms it, and says how a dialog goes on. */
export interface SlackEvent {
  ack(response?: Readonly<Record<string, unknown>>): Promise<void>;
  readonly body: unknown;
}

/** Slack expects the acknowledgement within three seconds; the work comes after it. */
export async function answerInteraction(
  { ack, body }: SlackEvent,
  parts: ConnectionParts,
  signal: AbortSignal,
): Promise<void> {
  const { logger, clock } = parts;
  try {
    const submission = readAcceptance(body, clock.now());
    if (submission !== null && 'errors' in submission) {
      await ack({ response_action: 'errors', errors: submission.errors });
      return;
    }
    await ack();
    const response = readResponseButton(body);
    if (response !== null) {
      if (signal.aborted) return;
      const { what, responseId, userId } = response;
      logger.info({ what, response: responseId, user: userId }, 'Slack interaction handled');
      const answer = await handleResponse(response, parts.responses, parts.workspace);
      await sayAlone(response, answer, parts.client);
      return;
    }
    const interaction = submission?.interaction ?? readButton(body);
    if (interaction === null || signal.aborted) return;
    const result = await handleInteraction(interaction, parts, clock.now());
    const { what, findingId, userId } = interaction;
    logger.info(
      { what, finding: findingId, user: userId, done: result.changed },
      'Slack interaction handled',
    );
    if (result.changed) parts.changed();
    if (result.dialog !== undefined) await openDialog(interaction, result.dialog, parts.client);
    if (result.answer !== null) await sayAlone(interaction, result.answer, parts.client);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({}, `Slack interaction failed: ${reason}`);
  }
}

/** Slack opens it within three seconds of the interaction: a user who waited longer gets a message. */
async function openDialog(
  interaction: Interaction,
  view: ModalView,
  client: WebClient,
): Promise<void> {
  if (interaction.triggerId === null) return;
  try {
    await client.views.open({ trigger_id: interaction.triggerId, view });
  } catch (error) {
    await sayAlone(
      interaction,
      'The dialog could not be opened in time: please try again.',
      client,
    );
    throw error;
  }
}

/** Sends the answer to the user alone. */
async function sayAlone(
  { channel, userId }: Pick<Interaction, 'channel' | 'userId'>,
  text: string,
  client: WebClient,
): Promise<void> {
  if (channel === null) return;
  await client.chat.postEphemeral({ channel, user: userId, text: prose(text) });
}
