import type { Receiver } from '../store/notifications/receiver.ts';
import { parseFindingMatcher } from '../store/silences/findingMatcher.ts';
import type { NotifyConfig } from './config.ts';
import { configuredOwners, type FindReceiver } from './owners.ts';
import type { Machines } from './plan/machines.ts';
import type { MaintenanceWindow } from './plan/maintenance.ts';
import type { Policy } from './plan/plan.ts';
import type { Destinations } from './plan/routes.ts';

/** Where a configured channel takes messages to, and how it reaches owners. */
export interface ChannelTargets extends Partial<
  Pick<Destinations, 'platform' | 'security' | 'pagers' | 'others'> & Machines
> {
  readonly reach?: FindReceiver;
}

const LOG: Receiver = { channel: 'log', target: '' };
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/**
 * The operator's decisions about notifications. Without a channel for people, their messages go to the log.
 *
 * @param targets of the configured channels: the first that names a platform receiver is the one that is answered in,
 *   the others get the same
 */
export function createPolicy(config: NotifyConfig, targets: readonly ChannelTargets[]): Policy {
  const { notifications, paging } = config;
  const { critical, warning, info } = notifications.reminders;
  const reach = reachOf(targets);
  const owners = reach === null ? null : configuredOwners(config, reach);
  return {
    destinations: {
      platform: targets.find(({ platform }) => platform !== undefined)?.platform ?? LOG,
      security: targets.find(({ security }) => security !== undefined)?.security ?? LOG,
      pagers: targets.flatMap(({ pagers = [] }) => pagers),
      others: [
        ...targets.flatMap(({ others = [] }) => others),
        ...targets
          .filter(({ platform }) => platform !== undefined)
          .slice(1)
          .flatMap(besideTheFirst),
      ],
      ownersOf: (finding, fromMetadata) => owners?.receiversOf(finding, fromMetadata) ?? [],
      ownerProblemOf: (finding, fromMetadata) => owners?.problemOf(finding, fromMetadata) ?? null,
    },
    reach,
    machines: {
      events: targets.flatMap(({ events = [] }) => events),
      alerts: targets.flatMap(({ alerts = [] }) => alerts),
      watchdogs: targets.flatMap(({ watchdogs = [] }) => watchdogs),
    },
    reminders: { critical: orNull(critical), warning: orNull(warning), info: orNull(info) },
    maintenance: maintenanceWindows(config),
    previewMs: notifications.preview,
    maxPagesPerDay: paging.maxPerDay,
  };
}

/** A further channel for people gets what the first one gets, of abuse what security gets. */
function besideTheFirst({ platform, security }: ChannelTargets): Destinations['others'] {
  if (platform === undefined) return [];
  return [
    { receiver: platform, security: security ?? platform, minSeverity: 'info', digests: true },
  ];
}

/** How the configured channels reach owners, the first that can; null where none reaches people. */
function reachOf(targets: readonly ChannelTargets[]): FindReceiver | null {
  const reaches = targets.flatMap(({ reach }) => reach ?? []);
  if (reaches.length === 0) return null;
  return (address) => reaches.map((reach) => reach(address)).find((to) => to !== null) ?? null;
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
