import { z } from 'zod';
import { configPart } from '../../config/configPart.ts';
import { httpUrl } from '../../config/values.ts';
import type { ChannelKind } from '../channelKind.ts';

const part = configPart(z.strictObject({ url: httpUrl }).optional());

/** Finding events as plain text to an ntfy topic. */
export const ntfy: ChannelKind<typeof part.schema> = {
  part,
  targets: () => ({ events: [{ channel: 'ntfy', target: '' }] }),
  create: async ({ url }) => {
    const { ntfyChannel } = await import('./ntfyChannel.ts');
    return [ntfyChannel(url)];
  },
};
