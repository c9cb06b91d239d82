import { z } from 'zod';
import { configPart } from '../../config/configPart.ts';
import { headers, httpUrl } from '../../config/values.ts';

const alertmanager = z.strictObject({
  url: httpUrl,
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

export type AlertmanagerConfig = z.output<typeof alertmanager>;

export const alertmanagerPart = configPart(alertmanager.optional());
