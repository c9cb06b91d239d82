import type { NotifyConfig } from './config.ts';
import type { Receiver } from '../store/notifications/delivery.ts';
import { configuredOwners, type OwnerDirectory } from './owners.ts';
import type { MaintenanceWindow } from './plan/maintenance.ts';
import type { Policy } from './plan/plan.ts';
import { parseFindingMatcher } from '../store/silences/findingMatcher.ts';

const LOG: Receiver = { channel: 'log', target: '' };
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/**
 * The operator's decisions about notifications. Without Slack, people are told in the log.
 *
 * @param owners who owns what; by default the configuration's routes and the finding's own owner
 */
export function createPolicy(
  config: NotifyConfig,
  owners: OwnerDirectory = configuredOwners(config),
): Policy {
  const { slack, notifications, paging, webhooks, siem, alertmanager } = config;
  const hasSlack = slack?.token !== undefined;
  const toSlack = (target: string): Receiver => (hasSlack ? { channel: 'slack', target } : LOG);
  const toWebhook = (name: string): Receiver => ({ channel: `webhook:${name}`, target: '' });
  const { critical, warning, info } = notifications.reminders;
  return {
    destinations: {
      platform: toSlack(slack?.channel ?? ''),
      security: toSlack(slack?.securityChannel ?? slack?.channel ?? ''),
      pagers: webhooks.filter(({ pager }) => pager).map(({ name }) => toWebhook(name)),
      others: webhooks
        .filter(({ pager }) => !pager)
        .map(({ name, minSeverity }) => ({ receiver: toWebhook(name), minSeverity })),
      ownersOf: (finding, fromMetadata) =>
        hasSlack ? owners.receiversOf(finding, fromMetadata) : [],
      ownerProblemOf: (finding, fromMetadata) =>
        hasSlack ? owners.problemOf(finding, fromMetadata) : null,
    },
    machines: {
      events: siem === undefined ? [] : [{ channel: 'siem', target: '' }],
      alerts: alertmanager === undefined ? [] : [{ channel: 'alertmanager', target: '' }],
    },
    reminders: { critical: orNull(critical), warning: orNull(warning), info: orNull(info) },
    maintenance: maintenanceWindows(config),
    previewMs: notifications.preview,
    maxPagesPerDay: paging.maxPerDay,
  };
}

function maintenanceWindows({ maintenance, schedule }: NotifyConfig): readonly MaintenanceWindow[] {
  return maintenance.map(({ name, matchers, start, end, days, from, to, timezone }) => ({
    name,
    matchers: matchers.map(parseFindingMatcher),
    when:
      start !== undefined && end !== undefined
        ? { from: Date.parse(start), to: Date.parse(end) }
        : {
            days: (days ?? []).map((day) => DAYS.indexOf(day)),
            fromMinute: minuteOfDay(from),
            toMinute: minuteOfDay(to),
            timezone: timezone ?? schedule.timezone,
          },
  }));
}

function minuteOfDay(text = '00:00'): number {
  const [hours = '0', minutes = '0'] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function orNull(ms: number): number | null {
  return ms === 0 ? null : ms;
}
