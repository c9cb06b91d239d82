import { z } from 'zod';
import { isCurrency } from '../model/money.ts';
import { SECOND_MS, UNIT_MS } from '../model/time.ts';

/*
 * The values that the rooms' parts of the configuration share (docs/configuration.md). Every object is strict: an
 * unknown key is an error that names file, line and key. Every secret can be given as `…File`; a key named `path`,
 * `kubeconfig`, `cacheDir` or `…File` is a path, relative to the file it stands in (`secrets.ts`).
 */

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;
const UNITS = { ms: 1, s: SECOND_MS, ...UNIT_MS } as const;

/** Parses `90s`, `5m`, `14d`; null when it is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

const DURATION_FORM = 'is not a duration such as 90s, 5m, 12h or 14d';

/** A duration such as `90s`, `5m`, `14d`; becomes milliseconds. */
export const duration = z.string(DURATION_FORM).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) {
    context.addIssue({ code: 'custom', message: DURATION_FORM });
    return z.NEVER;
  }
  return ms;
});

const DURATION_OR_OFF_FORM = 'is neither off nor a duration such as 90s, 5m, 12h or 14d';

/** `off`, or a duration; becomes milliseconds, `off` becomes zero. */
export const durationOrOff = z.string(DURATION_OR_OFF_FORM).transform((text, context) => {
  const ms = text === 'off' ? 0 : parseDuration(text);
  if (ms === null) {
    context.addIssue({ code: 'custom', message: DURATION_OR_OFF_FORM });
    return z.NEVER;
  }
  return ms;
});

export const price = z.number().min(0, 'must not be negative');

export const currency = z
  .string()
  .refine(isCurrency, { error: 'must be an ISO 4217 code such as USD or EUR' })
  .default('USD');

/** Labels that must all be equal. */
export const labelMatch = z.record(z.string(), z.string());

export const headers = z.record(z.string(), z.string()).default({});

/** The headers of a request, with a bearer token where there is one. */
export function withBearer(target: {
  readonly headers: Readonly<Record<string, string>>;
  readonly bearerToken?: string | undefined;
}): Readonly<Record<string, string>> {
  const { headers: given, bearerToken } = target;
  return bearerToken === undefined ? given : { ...given, authorization: `Bearer ${bearerToken}` };
}

/** The error for an address without http or https, also for rules that see it after its file was read. */
export const NO_HTTP_URL = 'must be an http:// or https:// address';

export const httpUrl = z.url({ protocol: /^https?$/, error: NO_HTTP_URL });

export const tls = z.strictObject({
  caFile: z.string().optional(),
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
  serverName: z.string().optional(),
  insecureSkipVerify: z.boolean().default(false),
});

export const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'is not a time zone such as UTC or Europe/Berlin' });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** An e-mail address and nothing else: no name, comment, list or line break can stand in it. */
export const emailAddress = z
  .string()
  .regex(
    /^[^\s@<>()[\]\\,;:"|]{1,64}@[a-z0-9.-]{1,253}\.[a-z]{2,63}$/i,
    'must be an e-mail address such as ops@example.com',
  );
