import type { WebClient } from '@slack/web-api';
import { SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../../notify/clock.ts';
import type { Receipt } from '../../store/notifications/delivery.ts';
import type { SlackMessage, UploadedImage } from './message.ts';
import type { Picture } from '../pictures.ts';
import { isInvalidBlocks, type Poster } from './poster.ts';

/** How long Slack may take to process an upload before a message can show it. */
const WAITS_MS = [1, 2, 4, 8].map((seconds) => seconds * SECOND_MS);

export interface AttachParts {
  readonly client: WebClient;
  readonly poster: Poster;
  readonly clock: Clock;
}

/**
 * Puts a picture into a message that was posted without it: upload, then edit. A file that was uploaded
 * a moment ago is `invalid_blocks` until Slack has processed it, so editing is tried for a while;
 * after that the picture goes into the message's thread. Returns the receipt to edit with from now on.
 *
 * @param render the message with the picture in it
 */
export async function attachPicture(
  { client, poster, clock }: AttachParts,
  receipt: Receipt,
  picture: Picture,
  render: (image: UploadedImage) => SlackMessage,
  signal: AbortSignal,
): Promise<Receipt | null> {
  const { channel, ts } = receipt.ids;
  if (channel === undefined || ts === undefined) return null;
  const { png, filename, altText } = picture;
  const upload = { file: Buffer.from(png), filename, title: filename, alt_text: altText };
  const uploaded = await client.filesUploadV2(upload);
  const fileId = uploaded.files[0]?.files?.[0]?.id;
  if (fileId === undefined) return null;
  const message = render({ fileId, altText });
  for (const wait of WAITS_MS) {
    await clock.sleep(wait, signal);
    if (signal.aborted) return null;
    try {
      await poster.editStrictly(channel, ts, message, signal);
      return { ids: { ...receipt.ids, file: fileId, alt: altText } };
    } catch (error) {
      if (!isInvalidBlocks(error)) throw error;
    }
  }
  await client.filesUploadV2({ ...upload, channel_id: channel, thread_ts: ts });
  return null;
}

/** The picture that a message has already, as its receipt remembers it. */
export function attachedImage(receipt: Receipt | null): UploadedImage | null {
  const fileId = receipt?.ids['file'];
  if (fileId === undefined) return null;
  return { fileId, altText: receipt?.ids['alt'] ?? 'Chart' };
}
