import { z } from 'zod';
import { SEVERITIES } from '../../model/finding.ts';
import type { ChannelKind } from '../channelKind.ts';
import { configPart, eachEntry, uniqueNames, type Rule } from '../../config/configPart.ts';
import { headers, NO_HTTP_URL } from '../../config/values.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import { fillTemplate, TemplateError } from './template.ts';
import { noteContent } from '../../notify/content/noteContent.ts';
import { templateValues, type WebhookFormat } from './webhookBody.ts';

const webhook = z.strictObject({
  name: z.string().min(1),
  url: z.string().optional(),
  urlFile: z.string().optional(),
  secret: z.string().optional(),
  secretFile: z.string().optional(),
  minSeverity: z.enum(SEVERITIES).default('warning'),
  /** Pages for critical findings, at most `paging.maxPerDay` times in 24 hours. */
  pager: z.boolean().default(false),
  /** What the body looks like: ours, PagerDuty's events v2 (`secret` is the routing key), or `template`. */
  format: z.enum(['burnwatch', 'pagerduty', 'template']).default('burnwatch'),
  /** JSON with `{{placeholders}}`; see docs/notifications.md. */
  template: z.string().optional(),
  headers,
});

type WebhookConfig = z.output<typeof webhook>;

const address: Rule<WebhookConfig> = ({ url, urlFile }, report) => {
  if ((url ?? urlFile) === undefined) report([], 'needs url or urlFile');
  else if (url !== undefined && !/^https?:\/\//.test(url))
    report([urlFile === undefined ? 'url' : 'urlFile'], NO_HTTP_URL);
};

const formats: Rule<WebhookConfig> = ({ format, template, secret, secretFile }, report) => {
  if (format === 'template' && template === undefined)
    report(['format'], 'template needs a template: JSON with {{placeholders}}');
  if (format === 'template' && template !== undefined) {
    const problem = templateProblem(template);
    if (problem !== null) report(['template'], problem);
  }
  if (format !== 'template' && template !== undefined)
    report(['template'], 'is only used with format: template');
  if (format === 'pagerduty' && (secret ?? secretFile) === undefined)
    report(['format'], 'pagerduty needs secret or secretFile: the routing key');
};

/** Fills a template once with a sample, so that a mistake is found when the configuration is loaded. */
function templateProblem(template: string): string | null {
  const sample = {
    id: 'sample',
    receiver: { channel: 'webhook', target: '' },
    conversation: 'sample',
    priority: 0,
    createdAt: 0,
    notice: { kind: 'note', audience: 'platform', title: 'Sample', lines: [] },
  } as const;
  try {
    fillTemplate(template, templateValues(sample, noteContent(sample.notice), ''));
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

const part = configPart(
  z.array(webhook).default([]),
  eachEntry(address),
  uniqueNames,
  eachEntry(formats),
);

export const webhooks: ChannelKind<typeof part.schema> = {
  part,
  targets: (entries) => ({
    pagers: entries.filter(({ pager }) => pager).map(receiverOf),
    others: entries
      .filter(({ pager }) => !pager)
      .map((entry) => ({
        receiver: receiverOf(entry),
        minSeverity: entry.minSeverity,
        // PagerDuty would open an incident for it.
        digests: entry.minSeverity === 'info' && entry.format !== 'pagerduty',
      })),
  }),
  create: async (entries, parts) => {
    const { webhookChannel } = await import('./webhookChannel.ts');
    return entries.flatMap((entry) => {
      const { name, url, secret = null, headers, format } = entry;
      if (url === undefined) return [];
      // PagerDuty's secret is the routing key inside the body, not a signing key.
      const signing = format === 'pagerduty' ? null : secret;
      const options = { name, url, secret: signing, format: formatOf(entry), headers };
      return [webhookChannel(options, parts)];
    });
  },
};

function receiverOf({ name }: WebhookConfig): Receiver {
  return { channel: `webhook:${name}`, target: '' };
}

function formatOf({ format, template, secret }: WebhookConfig): WebhookFormat {
  if (format === 'pagerduty') return { kind: 'pagerduty', routingKey: secret ?? '' };
  if (format === 'template' && template !== undefined) return { kind: 'template', template };
  return { kind: 'burnwatch' };
}
