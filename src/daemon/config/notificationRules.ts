import { fillTemplate, TemplateError } from '../../channels/webhook/template.ts';
import { templateValues } from '../../channels/webhook/webhookBody.ts';
import { parseFindingMatcher } from '../../store/silences/findingMatcher.ts';
import { MatcherError } from '../../store/silences/matcher.ts';
import { eachKnown } from './knownParts.ts';
import type { Config } from '../../config/schema.ts';

type Report = (path: readonly PropertyKey[], message: string) => void;

/** What holds between the keys of webhooks, the SIEM and maintenance windows. */
export const NOTIFICATION_RULES: readonly ((config: Config, report: Report) => void)[] = [
  webhookFormats,
  oneSiemTarget,
  maintenanceTimes,
  maintenanceMatchers,
];

function webhookFormats({ webhooks }: Config, report: Report): void {
  eachKnown(webhooks, ({ format, template, secret, secretFile }, index) => {
    const path = ['webhooks', index];
    if (format === 'template' && template === undefined) {
      report([...path, 'format'], 'template needs a template: JSON with {{placeholders}}');
    }
    if (format === 'template' && template !== undefined) {
      const problem = templateProblem(template);
      if (problem !== null) report([...path, 'template'], problem);
    }
    if (format !== 'template' && template !== undefined) {
      report([...path, 'template'], 'is only used with format: template');
    }
    if (format === 'pagerduty' && (secret ?? secretFile) === undefined) {
      report([...path, 'format'], 'pagerduty needs secret or secretFile: the routing key');
    }
  });
}

/** Fills a template once with a sample, so that a mistake is found now and not at night. */
function templateProblem(template: string): string | null {
  const sample = {
    id: 'sample',
    receiver: { channel: 'webhook', target: '' },
    conversation: 'sample',
    priority: 0,
    createdAt: 0,
    notice: { kind: 'note', audience: 'platform', title: 'Sample', lines: [] },
  } as const;
  const context = { currency: 'USD', externalUrl: null, kubeContext: null };
  try {
    fillTemplate(template, templateValues(sample, context));
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

function oneSiemTarget({ siem }: Config, report: Report): void {
  if (siem === undefined) return;
  const address = siem.url ?? siem.urlFile;
  if ((siem.path === undefined) === (address === undefined)) {
    report(['siem'], 'needs exactly one of path, url or urlFile');
  }
  if (siem.url !== undefined && !/^https?:\/\//.test(siem.url)) {
    report(['siem', 'url'], 'must be an http:// or https:// address');
  }
}

function maintenanceTimes({ maintenance }: Config, report: Report): void {
  eachKnown(maintenance, ({ start, end, days, from, to }, index) => {
    const path = ['maintenance', index];
    const once = [start, end].filter((value) => value !== undefined).length;
    const weekly = [days, from, to].filter((value) => value !== undefined).length;
    if (!(once === 2 && weekly === 0) && !(once === 0 && weekly === 3)) {
      report(path, 'needs start and end, or days, from and to');
    } else if (start !== undefined && end !== undefined && Date.parse(end) <= Date.parse(start)) {
      report([...path, 'end'], 'must be after start');
    }
  });
}

function maintenanceMatchers({ maintenance }: Config, report: Report): void {
  eachKnown(maintenance, ({ matchers }, index) => {
    eachKnown(matchers, (text, place) => {
      try {
        parseFindingMatcher(text);
      } catch (error) {
        if (!(error instanceof MatcherError)) throw error;
        report(['maintenance', index, 'matchers', place], error.message);
      }
    });
  });
}
