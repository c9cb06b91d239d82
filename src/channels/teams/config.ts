import { z } from 'zod';
import { configPart, type Rule } from '../../config/configPart.ts';
import { NO_HTTP_URL } from '../../config/values.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { ChannelKind } from '../channelKind.ts';

const schema = z.strictObject({
  /** A workflow's address ("When a Teams webhook request is received"): who knows it can post. */
  url: z.string().optional(),
  urlFile: z.string().optional(),
  /** For cryptojacking; the other by default. */
  securityUrl: z.string().optional(),
  securityUrlFile: z.string().optional(),
});

export type TeamsConfig = z.output<typeof schema>;

const addresses: Rule<TeamsConfig> = (config, report) => {
  if ((config.url ?? config.urlFile) === undefined)
    report([], 'needs url or urlFile: the address of a workflow of Teams');
  for (const key of ['url', 'securityUrl'] as const) {
    const url = config[key];
    if (url === undefined || /^https?:\/\//.test(url)) continue;
    report([config[`${key}File`] === undefined ? key : `${key}File`], NO_HTTP_URL);
  }
};

const part = configPart(schema.optional(), addresses);

/** Microsoft Teams: Adaptive Cards to the channels of two workflows. */
export const teams: ChannelKind<typeof part.schema> = {
  part,
  targets: ({ url, securityUrl }) =>
    url === undefined
      ? {}
      : {
          platform: toTeams('platform'),
          security: toTeams(securityUrl === undefined ? 'platform' : 'security'),
        },
  create: async (config, { context }) => [
    (await import('./teamsChannel.ts')).teamsChannel(config, context),
  ],
};

function toTeams(target: 'platform' | 'security'): Receiver {
  return { channel: 'teams', target };
}
