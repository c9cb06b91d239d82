import { z } from 'zod';
import { configPart, eachEntry, type Rule } from '../config/configPart.ts';
import { eachKnown } from '../config/knownParts.ts';
import { durationOrOff, headers, NO_HTTP_URL, timeZone } from '../config/values.ts';
import type { OwnersConfig } from '../detect/owners/config.ts';
import { DAY_MS, HOUR_MS, WEEK_MS } from '../model/time.ts';
import { parseFindingMatcher } from '../store/silences/findingMatcher.ts';
import { MatcherError } from '../store/silences/matcher.ts';

const notifications = z.strictObject({
  /** The first days after the install everything but critical findings goes to the platform channel. */
  preview: durationOrOff.default(WEEK_MS),
  /** The time between reminders of an open, unacknowledged finding. */
  reminders: z
    .strictObject({
      critical: durationOrOff.default(4 * HOUR_MS),
      warning: durationOrOff.default(DAY_MS),
      info: durationOrOff.default(0),
    })
    .prefault({}),
  /** The kubeconfig context that commands in messages name; `workloads.context` by default. */
  kubeContext: z.string().optional(),
});

export type NotificationsConfig = z.output<typeof notifications>;

const paging = z.strictObject({ maxPerDay: z.int().min(0).default(5) });

const heartbeat = z.strictObject({
  /** Of an outside monitor, which raises an alarm when it is not called for a while. */
  url: z.string().optional(),
  urlFile: z.string().optional(),
  method: z.enum(['GET', 'POST']).default('GET'),
  headers,
});

export type HeartbeatConfig = z.output<typeof heartbeat>;

const heartbeatAddress: Rule<HeartbeatConfig> = ({ url, urlFile }, report) => {
  if ((url ?? urlFile) === undefined) report([], 'needs url or urlFile: the address of a monitor');
  else if (url !== undefined && !/^https?:\/\//.test(url))
    report([urlFile === undefined ? 'url' : 'urlFile'], NO_HTTP_URL);
};

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A planned quiet time: once (`start`, `end`), or every week (`days`, `from`, `to`). */
const maintenance = z.strictObject({
  name: z.string().min(1),
  /** As in `silence add`; none means everything but abuse. */
  matchers: z.array(z.string()).default([]),
  start: z.iso.datetime({ offset: true }).optional(),
  end: z.iso.datetime({ offset: true }).optional(),
  days: z.array(z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])).optional(),
  from: z.string().regex(TIME_OF_DAY, 'must be a time of day such as 22:00').optional(),
  to: z.string().regex(TIME_OF_DAY, 'must be a time of day such as 02:00').optional(),
  /** `schedule.timezone` by default. */
  timezone: timeZone.optional(),
});

export type MaintenanceConfig = z.output<typeof maintenance>;

const maintenanceTimes: Rule<MaintenanceConfig> = (window, report) => {
  const { start, end, days, from, to } = window;
  const once = [start, end].filter((value) => value !== undefined).length;
  const weekly = [days, from, to].filter((value) => value !== undefined).length;
  if (!(once === 2 && weekly === 0) && !(once === 0 && weekly === 3)) {
    report([], 'needs start and end, or days, from and to');
  } else if (start !== undefined && end !== undefined && Date.parse(end) <= Date.parse(start)) {
    report(['end'], 'must be after start');
  }
};

const maintenanceMatchers: Rule<MaintenanceConfig> = ({ matchers }, report) => {
  eachKnown(matchers, (text, place) => {
    try {
      parseFindingMatcher(text);
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error;
      report(['matchers', place], error.message);
    }
  });
};

export const notificationsPart = configPart(notifications.prefault({}));
export const heartbeatPart = configPart(heartbeat.optional(), heartbeatAddress);
export const pagingPart = configPart(paging.prefault({}));
export const maintenancePart = configPart(
  z.array(maintenance).default([]),
  eachEntry(maintenanceTimes),
  eachEntry(maintenanceMatchers),
);

/** What planning messages depends on. */
export interface NotifyConfig {
  readonly owners: OwnersConfig;
  readonly schedule: { readonly timezone: string };
  readonly notifications: NotificationsConfig;
  readonly paging: { readonly maxPerDay: number };
  readonly maintenance: readonly MaintenanceConfig[];
}

/** What decides about the kubeconfig context of suggested commands. */
export interface KubeContextConfig {
  readonly cluster: string;
  readonly workloads: { readonly context?: string | undefined };
  readonly notifications: Pick<NotificationsConfig, 'kubeContext'>;
}

/**
 * The kubeconfig context that suggested commands name: the configured one, else the cluster's name. One that does
 * not exist fails loudly; no context at all could hit another cluster.
 */
export function kubeContextOf(config: KubeContextConfig): string | null {
  const { notifications, workloads, cluster } = config;
  const named = cluster === 'default' ? null : cluster;
  return notifications.kubeContext ?? workloads.context ?? named;
}
