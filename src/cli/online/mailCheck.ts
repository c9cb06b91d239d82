import { createTransport } from 'nodemailer';
import { smtpOptions } from '../../channels/email/emailChannel.ts';
import { toEmailError } from '../../channels/email/emailErrors.ts';
import { errorCode } from '../../channels/http.ts';
import type { Config } from '../../daemon/config/schema.ts';
import type { TimeMs } from '../../model/time.ts';
import type { OnlineResult } from './onlineResult.ts';

/** Connects to the mail server and logs in, without a mail. */
export async function checkEmail(
  { email }: Config,
  _now: TimeMs,
  signal: AbortSignal,
): Promise<readonly OnlineResult[] | null> {
  if (email === undefined) return null;
  const server = `${email.host}:${email.port}`;
  const transport = createTransport(smtpOptions(email));
  try {
    await transport.verify();
    const how = email.username === undefined ? '' : ` and accepts ${email.username}`;
    return [
      {
        level: 'ok',
        text: `${server} answers${how}; a first mail shows whether it takes ${email.to.join(', ')}`,
      },
    ];
  } catch (error) {
    return [{ level: 'failed', text: `${server}: ${toEmailError(error, signal).message}` }];
  } finally {
    transport.close();
  }
}

/** Looks whether the workflows' addresses answer at all: only a message would show more. */
export async function checkTeams(
  { teams }: Config,
  _now: TimeMs,
  signal: AbortSignal,
): Promise<readonly OnlineResult[] | null> {
  if (teams === undefined) return null;
  const addresses = { url: teams.url, securityUrl: teams.securityUrl };
  const checked = Object.entries(addresses).flatMap(([key, url]) =>
    url === undefined ? [] : [checkAddress(`teams.${key}`, url, signal)],
  );
  return Promise.all(checked);
}

async function checkAddress(key: string, url: string, signal: AbortSignal): Promise<OnlineResult> {
  // The path is the secret; the host is not.
  const { host } = new URL(url);
  try {
    const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    if (status === 404 || status === 410)
      return { level: 'failed', text: `${key}: ${host} knows no such workflow (${status})` };
    return {
      level: 'ok',
      text: `${key}: ${host} answers; a first message shows whether it takes cards`,
    };
  } catch (error) {
    return { level: 'failed', text: `${key}: ${host} could not be reached (${errorCode(error)})` };
  }
}
