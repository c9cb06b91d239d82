import { z } from 'zod';
import { configPart } from '../../config/configPart.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { ChannelKind } from '../channelKind.ts';
import { duration, httpUrl } from '../../config/values.ts';

const schema = z.strictObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  appToken: z.string().optional(),
  appTokenFile: z.string().optional(),
  signingSecret: z.string().optional(),
  signingSecretFile: z.string().optional(),
  channel: z.string().default('#cloud-cost'),
  securityChannel: z.string().optional(),
  /** Ids of the Slack users who may silence or accept abuse from a message. */
  abuseResponders: z
    .array(z.string().regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user id such as U012AB3CD'))
    .default([]),
  apiUrl: httpUrl.default('https://slack.com/api/'),
  /** How long Slack may take to answer a call. */
  timeout: duration.default(15_000),
});

export type SlackConfig = z.output<typeof schema>;

const part = configPart(
  schema.optional(),
  ({ token, tokenFile }, report) => {
    if ((token ?? tokenFile) === undefined)
      report([], 'needs token or tokenFile; remove slack to have messages in the log');
  },
  ({ signingSecret, signingSecretFile }, report) => {
    // A short key can be guessed.
    if (signingSecret !== undefined && signingSecret.trim().length < 16)
      report(
        [signingSecretFile === undefined ? 'signingSecret' : 'signingSecretFile'],
        'is shorter than 16 characters: copy the Signing Secret of the app’s Basic Information',
      );
  },
);

/** Slack: the platform's and security's messages, and those of owners that it reaches. */
export const slack: ChannelKind<typeof part.schema> = {
  part,
  targets: ({ token, channel, securityChannel = channel }) =>
    token === undefined
      ? {}
      : { platform: toSlack(channel), security: toSlack(securityChannel), reach: reachInSlack },
  create: async (config, parts) => (await import('./slackChannel.ts')).createSlack(config, parts),
};

function toSlack(target: string): Receiver {
  return { channel: 'slack', target };
}

/** How Slack reaches an owner by what owners are called; null where it cannot. */
export function reachInSlack(address: string): Receiver | null {
  const target = slackTarget(address);
  return target === null ? null : toSlack(target);
}

/**
 * `#channel`, a Slack id, `group:…` for a user group (`@handle` or id), or `email:…` for an address;
 * null for what Slack cannot reach.
 */
function slackTarget(address: string): string | null {
  const text = address.trim();
  if (/^#[\p{L}\p{N}._-]{1,80}$/u.test(text)) return text.toLowerCase();
  if (/^[CDGUW][A-Z0-9]{6,20}$/.test(text)) return text;
  if (/^S[A-Z0-9]{6,20}$/.test(text) || /^@[\p{L}\p{N}._-]{1,80}$/u.test(text))
    return `group:${text.startsWith('@') ? text.toLowerCase() : text}`;
  if (/^[^\s@<>|]{1,64}@[^\s@<>|]+\.[^\s@<>|]{2,63}$/.test(text))
    return `email:${text.toLowerCase()}`;
  return null;
}
