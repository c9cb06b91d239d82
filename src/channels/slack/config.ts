import { z } from 'zod';
import { configPart } from '../../config/configPart.ts';
import { duration, httpUrl } from '../../config/values.ts';

const slack = z.strictObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  appToken: z.string().optional(),
  appTokenFile: z.string().optional(),
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

export type SlackConfig = z.output<typeof slack>;

export const slackPart = configPart(slack.optional(), ({ token, tokenFile }, report) => {
  if ((token ?? tokenFile) === undefined)
    report([], 'needs token or tokenFile; remove slack to have messages in the log');
});
