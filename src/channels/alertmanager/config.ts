import { z } from 'zod';
import type { ChannelKind } from '../channelKind.ts';
import { configPart, type Rule } from '../../config/configPart.ts';
import { headers, httpUrl, withBearer } from '../../config/values.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';

const schema = z.strictObject({
  url: httpUrl.optional(),
  /** Every member of a pair: each gets every alert. */
  urls: z.array(httpUrl).min(1).optional(),
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
  /** An alert that fires as long as windows are sealed, for a receiver that misses it. */
  watchdog: z.boolean().default(false),
});

const oneOrMore: Rule<z.output<typeof schema>> = ({ url, urls }, report) => {
  if ((url === undefined) === (urls === undefined))
    report([], 'needs url, or urls for every member of a cluster');
};

const part = configPart(schema.optional(), oneOrMore);

const RECEIVER: Receiver = { channel: 'alertmanager', target: '' };

export const alertmanager: ChannelKind<typeof part.schema> = {
  part,
  targets: ({ watchdog }) => ({ alerts: [RECEIVER], watchdogs: watchdog ? [RECEIVER] : [] }),
  create: async (config, { context, cluster, windowMs }) => {
    const { alertmanagerChannel } = await import('./alertmanagerChannel.ts');
    const urls = config.urls ?? [config.url ?? ''];
    const options = { urls, headers: withBearer(config), cluster, windowMs };
    return [alertmanagerChannel(options, context)];
  },
};
