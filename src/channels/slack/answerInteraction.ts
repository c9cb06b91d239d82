import type { ModalView, WebClient } from '@slack/web-api';
import type { Clock } from '../../notify/clock.ts';
import { readAcceptance } from './acceptDialog.ts';
import { handlePress, type PressParts } from './handlePress.ts';
import { readPress, type Press } from './interaction.ts';
import { prose } from './mrkdwn.ts';

export interface AnswerParts extends PressParts {
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

/** Something that somebody did in Slack; `ack` says that it arrived, and how a dialog goes on. */
export interface Interaction {
  ack(response?: Readonly<Record<string, unknown>>): Promise<void>;
  readonly body: unknown;
}

/** Slack wants to hear within three seconds that the press arrived; the work comes after. */
export async function answerInteraction(
  { ack, body }: Interaction,
  parts: AnswerParts,
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
    const press = submission?.press ?? readPress(body);
    if (press === null || signal.aborted) return;
    const result = await handlePress(press, parts, clock.now());
    const { what, findingId, userId } = press;
    logger.info(
      { what, finding: findingId, user: userId, done: result.changed },
      'a button was pressed',
    );
    if (result.changed) parts.changed();
    if (result.dialog !== undefined) await openDialog(press, result.dialog, parts.client);
    if (result.answer !== null) await sayAlone(press, result.answer, parts.client);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({}, `a button of a Slack message could not be answered: ${reason}`);
  }
}

/** Slack opens it within three seconds of the press: whoever waited in vain is told so. */
async function openDialog(press: Press, view: ModalView, client: WebClient): Promise<void> {
  if (press.triggerId === null) return;
  try {
    await client.views.open({ trigger_id: press.triggerId, view });
  } catch (error) {
    await sayAlone(press, 'The dialog could not be opened in time: please try again.', client);
    throw error;
  }
}

/** The answer to whoever pressed, which nobody else sees. */
async function sayAlone(
  { channel, userId }: Press,
  text: string,
  client: WebClient,
): Promise<void> {
  if (channel === null) return;
  await client.chat.postEphemeral({ channel, user: userId, text: prose(text) });
}
