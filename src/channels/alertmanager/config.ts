import { z } from 'zod';
import type { ChannelKind } from '../channelKind.ts';
import { configPart, type Rule } from '../../config/configPart.ts';
import { headers, httpUrl, withBearer } from '../../config/values.ts';

const schema = z.strictObject({
  url: httpUrl.optional(),
  /** Every member of a pair: each gets every alert. */
  urls: z.array(httpUrl).min(1).optional(),
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

const oneOrMore: Rule<z.output<typeof schema>> = ({ url, urls }, report) => {
  if ((url === undefined) === (urls === undefined))
    report([], 'needs url, or urls for every member of a cluster');
};

const part = configPart(schema.optional(), oneOrMore);

export const alertmanager: ChannelKind<typeof part.schema> = {
  part,
  targets: () => ({ alerts: [{ channel: 'alertmanager', target: '' }] }),
  create: async (config, { context }) => {
    const { alertmanagerChannel } = await import('./alertmanagerChannel.ts');
    const urls = config.urls ?? [config.url ?? ''];
    return [alertmanagerChannel({ urls, headers: withBearer(config) }, context)];
  },
};
