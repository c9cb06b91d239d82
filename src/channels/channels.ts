import type { z } from 'zod';
import { kubeContextOf, type KubeContextConfig, type NotifyConfig } from '../notify/config.ts';
import { createPolicy, type ChannelTargets } from '../notify/policy.ts';
import type { Policy } from '../notify/plan/plan.ts';
import type { Channel } from '../store/notifications/delivery.ts';
import { alertmanager } from './alertmanager/config.ts';
import type { ChannelKind, ChannelParts } from './channelKind.ts';
import { email } from './email/config.ts';
import { logChannel } from './logChannel.ts';
import { siem } from './siem/config.ts';
import { slack } from './slack/config.ts';
import { teams } from './teams/config.ts';
import { webhooks } from './webhook/config.ts';

/** Every channel by its key in the configuration. To add one: its folder, an entry here, its test. */
const CHANNELS = { slack, teams, email, webhooks, alertmanager, siem };

type Channels = typeof CHANNELS;

/** The channels' parts of the configuration. */
export const CHANNEL_PARTS = Object.fromEntries(
  Object.entries(CHANNELS).map(([key, { part }]) => [key, part]),
) as { readonly [K in keyof Channels]: Channels[K]['part'] };

/** The channels' values in the configuration. */
type ChannelValues = { readonly [K in keyof Channels]?: z.output<Channels[K]['part']['schema']> };

/** What the policy depends on. */
export type PolicyConfig = NotifyConfig & ChannelValues;

/** What the channels depend on. */
export interface ChannelsConfig extends ChannelValues, KubeContextConfig {
  readonly serve: { readonly externalUrl?: string | undefined };
  readonly pricing: { readonly currency: string };
  readonly schedule: { readonly window: number };
}

/** Where the configured channels take messages to. */
function targetsOf(config: ChannelValues): readonly ChannelTargets[] {
  return configured(config).map(([kind, value]) => kind.targets(value));
}

/** The operator's decisions about notifications. */
export function policyOf(config: PolicyConfig): Policy {
  return createPolicy(config, targetsOf(config));
}

/** The channels that the configuration asks for; the log is always among them. */
export async function createChannels(
  config: ChannelsConfig,
  parts: ChannelParts,
): Promise<readonly Channel[]> {
  const { serve, pricing, cluster, schedule } = config;
  const context = {
    currency: pricing.currency,
    externalUrl: serve.externalUrl ?? null,
    kubeContext: kubeContextOf(config),
  };
  const message = { context, cluster, windowMs: schedule.window };
  const made = configured(config).map(([kind, value]) =>
    kind.create(value, { ...parts, ...message }),
  );
  return [logChannel(parts.logger, context), ...(await Promise.all(made)).flat()];
}

function configured(config: ChannelValues): readonly (readonly [ChannelKind, object])[] {
  return Object.entries<ChannelKind>(CHANNELS).flatMap(([key, kind]) => {
    const value = config[key as keyof Channels];
    return value === undefined ? [] : [[kind, value] as const];
  });
}
