import { z } from 'zod';
import { isCurrency } from '../model/currency.ts';
import { parseNetwork } from '../model/network.ts';

/**
 * The configuration as a user writes it (see docs/configuration.md). Every object is strict: an
 * unknown key is an error that names file, line and key. Every secret can be given as `…File`.
 */

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;
const UNIT_MS = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 } as const;

/** Parses `90s`, `5m`, `14d`; null when it is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

const DURATION_FORM = 'is not a duration such as 90s, 5m, 12h or 14d';

/** A duration such as `90s`, `5m`, `14d`; becomes milliseconds. */
const duration = z.string(DURATION_FORM).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) {
    context.addIssue({ code: 'custom', message: DURATION_FORM });
    return z.NEVER;
  }
  return ms;
});

const DURATION_OR_OFF_FORM = 'is neither off nor a duration such as 90s, 5m, 12h or 14d';

/** `off`, or a duration; becomes milliseconds, `off` becomes zero. */
const durationOrOff = z.string(DURATION_OR_OFF_FORM).transform((text, context) => {
  const ms = text === 'off' ? 0 : parseDuration(text);
  if (ms === null) {
    context.addIssue({ code: 'custom', message: DURATION_OR_OFF_FORM });
    return z.NEVER;
  }
  return ms;
});

const price = z.number().min(0, 'must not be negative');
const labelMatch = z.record(z.string(), z.string());
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

const tls = z.strictObject({
  caFile: z.string().optional(),
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
  serverName: z.string().optional(),
  insecureSkipVerify: z.boolean().default(false),
});

const prometheus = z.strictObject({
  url: httpUrl.default('http://prometheus:9090'),
  matchers: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
  basicAuth: z
    .strictObject({
      username: z.string(),
      password: z.string().optional(),
      passwordFile: z.string().optional(),
    })
    .optional(),
  tls: tls.optional(),
  timeout: duration.default(60_000),
  /** Range of every rate(); the window by default, at least 4m. At least four scrape intervals are wanted. */
  rateRange: duration.optional(),
  /** Attempts per query, the first included. */
  attempts: z.int().min(1).max(10).default(4),
  concurrency: z.int().min(1).max(20).default(4),
});

const workloads = z.strictObject({
  source: z.enum(['auto', 'prometheus', 'kubernetes', 'file']).default('auto'),
  path: z.string().optional(),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  /** Namespaced mode, for people who may not list the whole cluster; empty means all. */
  namespaces: z.array(z.string()).default([]),
});

const pricing = z.strictObject({
  currency: z
    .string()
    .refine(isCurrency, { error: 'must be an ISO 4217 code such as USD or EUR' })
    .default('USD'),
  basis: z.enum(['list', 'contracted', 'effective']).default('list'),
  cpuCoreHour: price.default(0.031611),
  ramGiBHour: price.default(0.004237),
  gpuHour: price.default(0.95),
  /** Flat rates for spot nodes; without them spot nodes fall back to the rates above. */
  spot: z.strictObject({ cpuCoreHour: price, ramGiBHour: price, gpuHour: price }).optional(),
  storageGiBHour: price.default(0.00005479452),
  loadBalancerHour: price.default(0.025),
  network: z
    .strictObject({
      zoneGiB: price.default(0.01),
      regionGiB: price.default(0.01),
      internetGiB: price.default(0.12),
    })
    .prefault({}),
  nodes: z.array(z.strictObject({ match: labelMatch, hourly: price })).default([]),
  /** A price list: CSV in the form of SkyPilot's catalog, from a file or an http(s) address. */
  priceList: z
    .strictObject({
      source: z.string().min(1).optional(),
      /** What the list's prices are in when it does not say itself. */
      currency: z
        .string()
        .refine(isCurrency, { error: 'must be an ISO 4217 code such as USD or EUR' })
        .default('USD'),
      /** Units of `pricing.currency` for one unit of the lists' currency; without it lists in another one are not used. */
      exchangeRate: z.number().positive().optional(),
      /** How long a copy from an http(s) address is used before it is asked for again. */
      refresh: duration.default(864e5),
      /** Prices older than this are reported. */
      maxAge: duration.default(30 * 864e5),
      cacheDir: z.string().optional(),
      shipped: z.boolean().default(true),
    })
    .prefault({}),
  discounts: z
    .array(z.strictObject({ match: labelMatch, percent: z.number().min(0).max(100) }))
    .default([]),
  fixed: z.array(z.strictObject({ name: z.string().min(1), monthly: price })).default([]),
  /** Namespaces whose cost is shared out over the others. */
  shared: z
    .strictObject({
      namespaces: z.array(z.string()).default([]),
      split: z.enum(['evenly', 'weighted']).default('weighted'),
    })
    .prefault({}),
});

const budgets = z.array(
  z
    .strictObject({
      namespace: z.string().optional(),
      owner: z.string().optional(),
      monthly: z.number().positive(),
    })
    .refine((budget) => (budget.namespace === undefined) !== (budget.owner === undefined), {
      error: 'needs exactly one of namespace or owner',
    }),
);

const owners = z.strictObject({
  keys: z.array(z.string()).default(['burnwatch.io/owner', 'a8r.io/owner', 'owner', 'team']),
  routes: z
    .array(
      z.strictObject({
        match: labelMatch,
        owner: z.string().optional(),
        slack: z.string().optional(),
      }),
    )
    .default([]),
  /** What an owner's name means in Slack: a channel, a user's or group's id, or an e-mail address. */
  teams: z.record(z.string(), z.string()).default({}),
});

const schedule = z.strictObject({
  window: duration.default(300_000),
  settle: duration.default(120_000),
  cycle: z.string().default('*/5 * * * *'),
  digest: z.string().default('0 9 * * 1'),
  timezone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, { error: 'is not a time zone such as UTC or Europe/Berlin' }),
  initialBackfill: duration.default(14 * 864e5),
});

const history = z.strictObject({
  path: z.string().default('./burnwatch.db'),
  retention: z
    .strictObject({
      windows: duration.default(14 * 864e5),
      hours: duration.default(400 * 864e5),
    })
    .prefault({}),
});

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

const webhook = z.strictObject({
  name: z.string().min(1),
  url: z.string().optional(),
  urlFile: z.string().optional(),
  secret: z.string().optional(),
  secretFile: z.string().optional(),
  minSeverity: z.enum(['info', 'warning', 'critical']).default('warning'),
  /** Woken for critical findings, at most `paging.maxPerDay` times in 24 hours. */
  pager: z.boolean().default(false),
  /** What the body looks like: ours, PagerDuty's events v2 (`secret` is the routing key), or `template`. */
  format: z.enum(['burnwatch', 'pagerduty', 'template']).default('burnwatch'),
  /** JSON with `{{placeholders}}`; see docs/notifications.md. */
  template: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

const alertmanager = z.strictObject({
  url: httpUrl,
  headers: z.record(z.string(), z.string()).default({}),
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

/** Events as JSON lines in the Elastic Common Schema: to a file, or to an address. */
const siem = z.strictObject({
  path: z.string().optional(),
  url: z.string().optional(),
  urlFile: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
});

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A planned quiet time: once (`start`, `end`), or every week (`days`, `from`, `to`). */
const maintenanceWindow = z.strictObject({
  name: z.string().min(1),
  /** As in `silence add`; none means everything but abuse. */
  matchers: z.array(z.string()).default([]),
  start: z.iso.datetime({ offset: true }).optional(),
  end: z.iso.datetime({ offset: true }).optional(),
  days: z.array(z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])).optional(),
  from: z.string().regex(TIME_OF_DAY, 'must be a time of day such as 22:00').optional(),
  to: z.string().regex(TIME_OF_DAY, 'must be a time of day such as 02:00').optional(),
  /** `schedule.timezone` by default. */
  timezone: z.string().refine(isTimeZone, { error: 'is not a time zone such as UTC' }).optional(),
});

const notifications = z.strictObject({
  /** The first days after the install everything but critical findings goes to the platform channel. */
  preview: durationOrOff.default(7 * 864e5),
  /** How long an open finding that nobody acknowledged stays quiet. */
  reminders: z
    .strictObject({
      critical: durationOrOff.default(4 * 36e5),
      warning: durationOrOff.default(24 * 36e5),
      info: durationOrOff.default(0),
    })
    .prefault({}),
  /** The kubeconfig context that commands in messages name; `workloads.context` by default. */
  kubeContext: z.string().optional(),
});

const serve = z.strictObject({
  listen: z.string().default('127.0.0.1:9465'),
  probes: z.string().default('0.0.0.0:9466'),
  externalUrl: httpUrl.optional(),
  /** Networks of proxies in front of the pages: their X-Forwarded-For is believed. */
  trustedProxies: z
    .array(
      z.string().refine((text) => parseNetwork(text) !== null, {
        error: 'is not a network such as 10.0.0.0/8',
      }),
    )
    .default([]),
  /** PEM files of the pages' and API's certificate and key; read again at every reload. */
  tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).optional(),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        token: z.string().optional(),
        tokenFile: z.string().optional(),
        scopes: z.array(z.enum(['read', 'ack', 'silence', 'admin'])).min(1),
        namespaces: z.array(z.string()).optional(),
      }),
    )
    .default([]),
});

export const configSchema = z.strictObject({
  cluster: z.string().min(1).default('default'),
  prometheus: prometheus.prefault({}),
  workloads: workloads.prefault({}),
  pricing: pricing.prefault({}),
  budgets: budgets.default([]),
  owners: owners.prefault({}),
  schedule: schedule.prefault({}),
  history: history.prefault({}),
  thresholds: z.array(z.string()).default([]),
  slack: slack.optional(),
  paging: z.strictObject({ maxPerDay: z.int().min(0).default(5) }).prefault({}),
  notifications: notifications.prefault({}),
  webhooks: z.array(webhook).default([]),
  alertmanager: alertmanager.optional(),
  siem: siem.optional(),
  maintenance: z.array(maintenanceWindow).default([]),
  serve: serve.prefault({}),
});

/** The validated configuration: durations are milliseconds, defaults are filled in. */
export type Config = z.output<typeof configSchema>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
