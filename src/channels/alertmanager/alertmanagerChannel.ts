import { formatTime, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { Finding } from '../../model/finding.ts';
import { ChannelError, type Channel } from '../../store/notifications/delivery.ts';
import { findingLabels } from '../../store/silences/silence.ts';
import { cleanText } from '../../model/text/clean.ts';
import { strongestEvidence } from '../../notify/content/evidence.ts';
import { findingUrl, KIND_NAMES, truncate, type RenderContext } from '../../model/text/format.ts';
import { post } from '../http.ts';

export interface AlertmanagerOptions {
  /** Base addresses of all members of a cluster; `/api/v2/alerts` is added. */
  readonly urls: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly cluster: string;
  readonly windowMs: number;
}

/** Alertmanager resolves an alert that is not sent again for this long: four plans of five minutes. */
const ENDS_AFTER_MS = 20 * MINUTE_MS;

/**
 * Alertmanager's API v2. Every plan sends all firing alerts, as Prometheus does; Alertmanager identifies an alert by
 * its labels, so a repetition changes nothing.
 */
export function alertmanagerChannel(
  { urls, headers, cluster, windowMs }: AlertmanagerOptions,
  context: RenderContext,
): Channel {
  const targets = urls.map((url) => ({
    name: 'Alertmanager',
    url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
    headers,
  }));
  return {
    name: 'alertmanager',
    send: async ({ notice }, signal) => {
      if (notice.kind !== 'alerts') {
        const text = `Alertmanager cannot take ${notice.kind}`;
        throw new ChannelError('message', 'not-for-alertmanager', text);
      }
      const { findings, at, sealedUntil } = notice;
      const alerts = findings.map((finding) => toAlert(finding, at, context));
      if (sealedUntil !== null) alerts.push(watchdog(sealedUntil, windowMs, cluster));
      const body = JSON.stringify(alerts);
      const sent = await Promise.allSettled(
        targets.map((target) => post(target, body, 'application/json', signal)),
      );
      // One that is away hears all that fires at the next plan; till then the others send for it.
      if (sent.every(({ status }) => status === 'rejected'))
        throw (sent[0] as PromiseRejectedResult).reason;
      return { ids: {} };
    },
  };
}

/** A finding as an alert of API v2. Labels are what identifies it, annotations what is read. */
function toAlert(finding: Finding, at: TimeMs, context: RenderContext): unknown {
  // The id differs at every occurrence, and the owner may change: an alert must stay itself.
  const { id: _id, owner: _owner, ...labels } = findingLabels(finding);
  const ended = finding.state === 'open' ? null : (finding.resolvedAt ?? at);
  const url = findingUrl(finding, context);
  const why = strongestEvidence(finding, 3).map(({ text }) => text);
  const annotations: Record<string, string> = {
    finding: finding.id,
    summary: cleanText(finding.summary),
    description: truncate(cleanText(why.join('. ')), 2_000),
    score: String(Math.round(finding.score)),
  };
  if (finding.owner !== null) annotations['owner'] = cleanText(finding.owner);
  return {
    labels: { alertname: `Burnwatch${pascal(KIND_NAMES[finding.kind])}`, ...notEmpty(labels) },
    annotations: notEmpty(annotations),
    startsAt: formatTime(finding.startedAt),
    endsAt: formatTime(Math.max(ended ?? at + ENDS_AFTER_MS, finding.startedAt)),
    ...(url === null ? {} : { generatorURL: url }),
  };
}

/** Fires until it is too long since a window was sealed, also when Burnwatch no longer runs. */
function watchdog(sealedUntil: TimeMs, windowMs: number, cluster: string): unknown {
  return {
    labels: { alertname: 'BurnwatchWatchdog', severity: 'none', cluster },
    annotations: {
      summary: 'Burnwatch seals windows',
      description: 'Fires always. When it ends, Burnwatch does not run, or gets no data.',
    },
    startsAt: formatTime(sealedUntil),
    endsAt: formatTime(sealedUntil + windowMs + ENDS_AFTER_MS),
  };
}

/** Alertmanager refuses empty label values. */
function notEmpty(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

function pascal(text: string): string {
  return text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) =>
    first.toUpperCase(),
  );
}
