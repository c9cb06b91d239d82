import { z } from 'zod';
import type { ChannelKind } from '../channelKind.ts';
import { configPart } from '../../config/configPart.ts';
import { headers, httpUrl, withBearer } from '../../config/values.ts';

const schema = z.strictObject({
  url: httpUrl,
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

const part = configPart(schema.optional());

export const alertmanager: ChannelKind<typeof part.schema> = {
  part,
  targets: () => ({ alerts: [{ channel: 'alertmanager', target: '' }] }),
  create: async (config, { context }) => {
    const { alertmanagerChannel } = await import('./alertmanagerChannel.ts');
    return [alertmanagerChannel({ url: config.url, headers: withBearer(config) }, context)];
  },
};
