import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import type { RenderContext } from '../../model/text/format.ts';
import {
  ChannelError,
  type Channel,
  type ClaimedDelivery,
} from '../../store/notifications/delivery.ts';
import type { ChannelParts } from '../channelKind.ts';
import { noticeContent } from '../noticeContent.ts';
import type { Picture } from '../pictures.ts';
import type { EmailConfig } from './config.ts';
import { htmlBody, PICTURE_CID, textBody } from './emailBody.ts';
import { toEmailError } from './emailErrors.ts';

/** A line of mail's header is at most so long for every mail program. */
const MAX_SUBJECT = 200;

/**
 * Mail by SMTP. Messages of one conversation are one thread: each answers to the first. A mail cannot be edited, nor
 * looked up, so one whose answer was lost is sent again with the same Message-ID.
 */
export function emailChannel(
  config: EmailConfig,
  { context, pictures = null, logger }: ChannelParts & { readonly context: RenderContext },
): Channel {
  return {
    name: 'email',
    send: async (delivery, signal) => {
      const transport = createTransport(smtpOptions(config));
      const abort = (): void => transport.close();
      signal.addEventListener('abort', abort, { once: true });
      try {
        const message = await messageOf(delivery);
        const sent = await Promise.race([transport.sendMail(message), aborted(signal)]);
        // Some servers take a mail for one and refuse the others.
        for (const refused of sent.rejected)
          logger.warn({ delivery: delivery.id, recipient: refused }, 'Mail recipient refused');
        return { ids: { messageId: delivery.root?.ids['messageId'] ?? message.messageId } };
      } catch (error) {
        throw toEmailError(error, signal);
      } finally {
        signal.removeEventListener('abort', abort);
        transport.close();
      }
    },
  };

  async function messageOf({ id, receiver, notice, root }: ClaimedDelivery) {
    const content = noticeContent(notice, context, 'E-mail');
    const picture = await pictureOf(notice);
    const first = root?.ids['messageId'];
    return {
      from: { name: 'Burnwatch', address: config.from },
      to: receiver.target.split(',').map((address) => ({ name: '', address })),
      subject: content.title.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, MAX_SUBJECT),
      messageId: `<${id}@burnwatch.invalid>`,
      ...(first === undefined ? {} : { inReplyTo: first, references: [first] }),
      // No out-of-office mail comes back (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      text: textBody(content),
      html: htmlBody(content, picture !== null),
      attachments: [
        ...(picture === null
          ? []
          : [
              {
                filename: picture.filename,
                content: Buffer.from(picture.png),
                cid: PICTURE_CID,
                contentType: 'image/png',
              },
            ]),
        ...fileOf(notice),
      ],
    };
  }

  /** A mail goes out without its picture where that cannot be drawn. */
  async function pictureOf(notice: ClaimedDelivery['notice']): Promise<Picture | null> {
    try {
      return (await pictures?.pictureOf(notice)) ?? null;
    } catch (err) {
      logger.warn({ err }, 'Picture of a mail failed');
      return null;
    }
  }
}

/** The file that goes with a note. */
function fileOf(notice: ClaimedDelivery['notice']) {
  if (notice.kind !== 'note' || notice.attachment === undefined) return [];
  const { filename, contentType, text } = notice.attachment;
  return [{ filename, contentType: `${contentType}; charset=utf-8`, content: text }];
}

/** How the server is reached: also what `check-config --online` tries. */
export function smtpOptions({ host, port, tls, caFile, username, password, timeout }: EmailConfig) {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'off',
    ...(caFile === undefined ? {} : { tls: { ca: readFileSync(caFile) } }),
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    // Nothing in a message is read from a file or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void =>
      reject(new ChannelError('transient', 'aborted', 'The mail was given up', { inDoubt: true }));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
