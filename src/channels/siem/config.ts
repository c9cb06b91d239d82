import { z } from 'zod';
import type { ChannelKind } from '../channelKind.ts';
import { configPart, type Rule } from '../../config/configPart.ts';
import { headers, NO_HTTP_URL, withBearer } from '../../config/values.ts';

/** Events as JSON lines in the Elastic Common Schema, or as OCSF’s Detection Finding: to a file, or to an address. */
const schema = z.strictObject({
  path: z.string().optional(),
  url: z.string().optional(),
  urlFile: z.string().optional(),
  format: z.enum(['ecs', 'ocsf']).default('ecs'),
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

type SiemConfig = z.output<typeof schema>;

const oneTarget: Rule<SiemConfig> = ({ path, url, urlFile }, report) => {
  const address = url ?? urlFile;
  if ((path === undefined) === (address === undefined))
    report([], 'needs exactly one of path, url or urlFile');
  if (url !== undefined && !/^https?:\/\//.test(url))
    report([urlFile === undefined ? 'url' : 'urlFile'], NO_HTTP_URL);
};

const part = configPart(schema.optional(), oneTarget);

export const siem: ChannelKind<typeof part.schema> = {
  part,
  targets: () => ({ events: [{ channel: 'siem', target: '' }] }),
  create: async (config, { context }) => {
    const { siemChannel } = await import('./siemChannel.ts');
    const { path, url, format } = config;
    if (path !== undefined) return [siemChannel({ path, format }, context)];
    if (url === undefined) return [];
    return [siemChannel({ url, headers: withBearer(config), format }, context)];
  },
};
