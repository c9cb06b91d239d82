import { z } from 'zod';
import { configPart } from '../../config/configPart.ts';
import { duration, emailAddress } from '../../config/values.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { ChannelKind } from '../channelKind.ts';

const schema = z.strictObject({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(587),
  /** `starttls` is required before anything is sent, `implicit` begins with TLS (465), `off` sends in the clear. */
  tls: z.enum(['starttls', 'implicit', 'off']).default('starttls'),
  /** PEM of the authority that signed the server's certificate. */
  caFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  passwordFile: z.string().optional(),
  from: emailAddress,
  to: z.array(emailAddress).min(1, 'needs at least one address'),
  /** For cryptojacking; the others by default. */
  securityTo: z.array(emailAddress).min(1, 'needs at least one address').optional(),
  timeout: duration.default(20_000),
});

export type EmailConfig = z.output<typeof schema>;

const part = configPart(schema.optional(), ({ username, password, passwordFile, tls }, report) => {
  const hasPassword = (password ?? passwordFile) !== undefined;
  if (username !== undefined && !hasPassword)
    report(['username'], 'needs password or passwordFile');
  if (username === undefined && hasPassword) report(['password'], 'needs username');
  if (hasPassword && tls === 'off')
    report(['tls'], 'off would send the password in the clear: use starttls or implicit');
});

/** Mail to the platform and to security, and to owners that are given as addresses. */
export const email: ChannelKind<typeof part.schema> = {
  part,
  targets: ({ to, securityTo = to }) => ({
    platform: toEmail(to.join(',')),
    security: toEmail(securityTo.join(',')),
    reach: reachByEmail,
  }),
  create: async (config, parts) => [
    (await import('./emailChannel.ts')).emailChannel(config, parts),
  ],
};

/** Mail to one address, or to several with commas between. */
export function toEmail(target: string): Receiver {
  return { channel: 'email', target };
}

/** An owner that is an address, also as `email:…` or `mailto:…`; null for any other. */
function reachByEmail(owner: string): Receiver | null {
  const text = owner.trim().replace(/^(email|mailto):/i, '');
  return emailAddress.safeParse(text).success ? toEmail(text.toLowerCase()) : null;
}
