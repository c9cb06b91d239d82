import type { Logger } from 'pino';
import { kubeContextOf, type KubeContextConfig } from '../notify/config.ts';
import type { AlertmanagerConfig } from './alertmanager/config.ts';
import type { SiemConfig } from './siem/config.ts';
import type { SlackConfig } from './slack/config.ts';
import type { WebhookConfig } from './webhook/config.ts';
import { alertmanagerChannel } from './alertmanager/alertmanagerChannel.ts';
import { logChannel } from './logChannel.ts';
import { siemChannel } from './siem/siemChannel.ts';
import { webhookChannel } from './webhook/webhookChannel.ts';
import type { WebhookFormat } from './webhook/webhookBody.ts';
import type { Clock } from '../notify/clock.ts';
import type { Channel } from '../store/notifications/delivery.ts';
import { createSlackClient } from './slack/client.ts';
import { slackChannel } from './slack/slackChannel.ts';
import type { PictureSource } from './slack/pictures.ts';
import type { RenderContext } from '../model/text/format.ts';

/** What the configuration says of the reader's world. */
function renderContext(config: ChannelsConfig): RenderContext {
  const { serve, pricing } = config;
  return {
    currency: pricing.currency,
    externalUrl: serve.externalUrl ?? null,
    kubeContext: kubeContextOf(config),
  };
}

export interface ChannelParts {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Draws the pictures of Slack messages (`historyPictures`); without it there are none. */
  readonly pictures?: PictureSource;
}

/** What the channels depend on. */
export interface ChannelsConfig extends KubeContextConfig {
  readonly slack?: SlackConfig | undefined;
  readonly webhooks: readonly WebhookConfig[];
  readonly alertmanager?: AlertmanagerConfig | undefined;
  readonly siem?: SiemConfig | undefined;
  readonly serve: { readonly externalUrl?: string | undefined };
  readonly pricing: { readonly currency: string };
}

/** The channels that the configuration asks for; the log is always among them. */
export function createChannels(config: ChannelsConfig, parts: ChannelParts): readonly Channel[] {
  const { clock, pictures = null, logger } = parts;
  const context = renderContext(config);
  const { slack, alertmanager, siem, webhooks } = config;
  const channels: Channel[] = [logChannel(logger)];
  if (slack?.token !== undefined) {
    const { token, apiUrl, timeout: timeoutMs } = slack;
    const client = createSlackClient({ token, apiUrl, timeoutMs });
    channels.push(slackChannel({ client, clock, context, pictures }));
  }
  for (const webhook of webhooks) {
    const { name, url, secret = null, headers } = webhook;
    if (url === undefined) continue;
    const format = webhookFormat(webhook);
    // PagerDuty's secret is the routing key inside the body, not a signing key.
    const signing = format.kind === 'pagerduty' ? null : secret;
    const options = { name, url, secret: signing, format, headers };
    channels.push(webhookChannel(options, { context, clock }));
  }
  if (alertmanager !== undefined) {
    const headers = withBearer(alertmanager);
    channels.push(alertmanagerChannel({ url: alertmanager.url, headers }, context));
  }
  if (siem?.path !== undefined) channels.push(siemChannel({ path: siem.path }, context));
  else if (siem?.url !== undefined) {
    channels.push(siemChannel({ url: siem.url, headers: withBearer(siem) }, context));
  }
  return channels;
}

function webhookFormat({ format, template, secret }: WebhookConfig): WebhookFormat {
  if (format === 'pagerduty') return { kind: 'pagerduty', routingKey: secret ?? '' };
  if (format === 'template' && template !== undefined) return { kind: 'template', template };
  return { kind: 'burnwatch' };
}

function withBearer(target: {
  readonly headers: Readonly<Record<string, string>>;
  readonly bearerToken?: string | undefined;
}): Readonly<Record<string, string>> {
  const { headers, bearerToken } = target;
  return bearerToken === undefined
    ? headers
    : { ...headers, authorization: `Bearer ${bearerToken}` };
}
