import { ChannelError, type FailureKind } from '../../store/notifications/delivery.ts';

/** What nodemailer says of a failure. */
interface MailError extends Error {
  readonly code?: string;
  /** The last command that was sent. */
  readonly command?: string;
  /** SMTP's three digits. */
  readonly responseCode?: number;
}

/** What an operator repairs: the credentials, the certificate, TLS that the server does not offer. */
const OPERATOR = new Set(['EAUTH', 'ENOAUTH', 'ETLS', 'EOAUTH2']);
/** After these the mail may have been handed over. */
const HAD_CONNECTION = new Set(['ETIMEDOUT', 'ECONNRESET', 'EPIPE']);
const CERTIFICATE = /certificate|self.signed|altnames|unable to (get|verify)/i;

/** A failed mail in the notifier's words; the server's own text, which may quote a password, is left out. */
export function toEmailError(error: unknown, signal: AbortSignal): ChannelError {
  if (error instanceof ChannelError) return error;
  const { code = 'unknown', command, responseCode, message } = error as MailError;
  const label = responseCode === undefined ? code : `smtp_${responseCode}`;
  const said =
    responseCode === undefined ? code : `${responseCode} at ${command ?? 'the connection'}`;
  return new ChannelError(
    kindOf(code, responseCode, message),
    label,
    `The mail server failed (${said})`,
    {
      // Once there was a connection, only an answer says what became of the mail.
      inDoubt: responseCode === undefined && (HAD_CONNECTION.has(code) || signal.aborted),
      cause: error,
    },
  );
}

function kindOf(code: string, responseCode: number | undefined, message: string): FailureKind {
  // 4yz asks to come again, such as greylisting, whatever it was said to.
  if (responseCode !== undefined && responseCode >= 400 && responseCode < 500) return 'transient';
  if (OPERATOR.has(code) || CERTIFICATE.test(message)) return 'operator';
  if (code === 'EENVELOPE') return 'target';
  return responseCode === undefined ? 'transient' : 'message';
}
