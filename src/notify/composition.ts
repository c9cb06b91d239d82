import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import { logChannel } from './channels/logChannel.ts';
import type { Clock } from './clock.ts';
import type { Channel, Receiver } from './delivery.ts';
import { configuredOwners, type OwnerDirectory } from './owners.ts';
import type { Policy } from './plan/plan.ts';
import { createSlackClient } from './slack/client.ts';
import { slackChannel } from './slack/slackChannel.ts';
import type { RenderContext } from './text/format.ts';

const LOG: Receiver = { channel: 'log', target: '' };

/** What the configuration says of the reader's world. */
export function renderContext(config: Config): RenderContext {
  const { notifications, workloads, serve, pricing, cluster } = config;
  // A context that does not exist fails loudly; no context at all could hit another cluster.
  const named = cluster === 'default' ? null : cluster;
  return {
    currency: pricing.currency,
    externalUrl: serve.externalUrl ?? null,
    kubeContext: notifications.kubeContext ?? workloads.context ?? named,
  };
}

/** The channels that the configuration asks for; the log is always among them. */
export function createChannels(
  config: Config,
  parts: { readonly clock: Clock; readonly logger: Pick<Logger, 'info' | 'warn'> },
): readonly Channel[] {
  const channels: Channel[] = [logChannel(parts.logger)];
  const { slack } = config;
  if (slack?.token !== undefined) {
    const client = createSlackClient({ token: slack.token, apiUrl: slack.apiUrl });
    channels.push(slackChannel({ client, clock: parts.clock, context: renderContext(config) }));
  }
  return channels;
}

/** The operator's decisions about notifications. Without Slack, people are told in the log. */
export function createPolicy(config: Config, owners?: OwnerDirectory): Policy {
  const { slack, notifications, paging } = config;
  const hasSlack = slack?.token !== undefined;
  const toSlack = (target: string): Receiver => (hasSlack ? { channel: 'slack', target } : LOG);
  const directory = owners ?? configuredOwners(config);
  const { critical, warning, info } = notifications.reminders;
  return {
    destinations: {
      platform: toSlack(slack?.channel ?? ''),
      security: toSlack(slack?.securityChannel ?? slack?.channel ?? ''),
      pagers: [],
      others: [],
      ownersOf: (finding, fromMetadata) =>
        hasSlack ? directory.receiversOf(finding, fromMetadata) : [],
    },
    machines: { events: [], alerts: [] },
    reminders: { critical: orNull(critical), warning: orNull(warning), info: orNull(info) },
    maintenance: [],
    previewMs: notifications.preview,
    maxPagesPerDay: paging.maxPerDay,
  };
}

function orNull(ms: number): number | null {
  return ms === 0 ? null : ms;
}
