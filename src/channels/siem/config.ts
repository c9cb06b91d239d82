import { z } from 'zod';
import { configPart, type Rule } from '../../config/configPart.ts';
import { headers, NO_HTTP_URL } from '../../config/values.ts';

/** Events as JSON lines in the Elastic Common Schema: to a file, or to an address. */
const siem = z.strictObject({
  path: z.string().optional(),
  url: z.string().optional(),
  urlFile: z.string().optional(),
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

export type SiemConfig = z.output<typeof siem>;

const oneTarget: Rule<SiemConfig> = ({ path, url, urlFile }, report) => {
  const address = url ?? urlFile;
  if ((path === undefined) === (address === undefined))
    report([], 'needs exactly one of path, url or urlFile');
  if (url !== undefined && !/^https?:\/\//.test(url)) report(['url'], NO_HTTP_URL);
};

export const siemPart = configPart(siem.optional(), oneTarget);
