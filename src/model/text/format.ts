import type { Finding, Severity } from '../finding.ts';
import { fromNano } from '../money.ts';
import { DAY_MS, formatTime, HOUR_MS, MINUTE_MS, type TimeMs } from '../time.ts';

/** What every renderer has to know of the installation. */
export interface RenderContext {
  /** ISO 4217. */
  readonly currency: string;
  /** Where Burnwatch's pages are reached; null: messages carry no link to them. */
  readonly externalUrl: string | null;
  /** Name of the kubeconfig context that commands should use; null leaves it out. */
  readonly kubeContext: string | null;
}

/** `$1,234`, `$12.30`, `€0.42`: cents below a hundred. */
export function formatMoney(units: number, currency: string): string {
  return moneyFormat(currency, Math.abs(units) < 100 ? 2 : 0).format(units);
}

/** Making a format takes longer than a page of figures: each is made once. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency} ${digits}`;
  let format = moneyFormats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    moneyFormats.set(key, format);
  }
  return format;
}

/** `3 min`, `5 h`, `2 days`: one unit, as people say it. */
export function formatDuration(ms: number): string {
  if (ms < HOUR_MS) return `${Math.max(0, Math.round(ms / MINUTE_MS))} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}

/** `2026-11-24 07:05 UTC`. */
export function formatMinute(time: TimeMs): string {
  return `${formatTime(time).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `shop/Deployment/checkout`, `shop`, `shop (2026-11)`, a node, or the cluster's name. */
export function formatScope({ scope, cluster }: Finding): string {
  const { namespace, workload, subject } = scope;
  if (namespace !== null && workload !== null) {
    return `${namespace}/${workload.kind}/${workload.name}`;
  }
  if (namespace !== null && subject !== null) return `${namespace} (${subject})`;
  return namespace ?? subject ?? cluster;
}

/** What a finding's kind is called in front of people. */
export const KIND_NAMES: Readonly<Record<Finding['kind'], string>> = {
  cryptojacking: 'Likely cryptojacking',
  overprovisioned: 'Asks for more than it uses',
  underprovisioned: 'Asks for less than it needs',
  'cost-spike': 'Cost spike',
  budget: 'Budget',
  abandoned: 'Looks abandoned',
  posture: 'Resource posture',
  'data-quality': 'Missing data',
};

/** How sure: the score in words, since 87/100 means nothing at 3 a.m. */
export function formatConfidence({ score, severity }: Finding): string {
  const word = severity === 'critical' ? 'high' : severity === 'warning' ? 'medium' : 'low';
  return `${word} (score ${Math.round(score)} of 100)`;
}

/** Cost so far and per month, or null where neither is known. */
export function formatCost(finding: Finding, currency: string): string | null {
  const parts: string[] = [];
  const isOver = finding.state === 'resolved';
  if (finding.costSoFarNano !== null) {
    const amount = formatMoney(fromNano(finding.costSoFarNano), currency);
    parts.push(`${amount} ${isOver ? 'in all' : 'so far'}`);
  }
  if (finding.costPerMonth !== null && finding.costPerMonth !== 0 && !isOver) {
    parts.push(`${formatMoney(finding.costPerMonth, currency)} ${PER_MONTH[finding.kind]}`);
  }
  return parts.length === 0 ? null : parts.join(', ');
}

/** What a finding's monthly amount means. */
export const PER_MONTH: Readonly<Record<Finding['kind'], string>> = {
  cryptojacking: 'a month if it goes on',
  overprovisioned: 'a month could be saved',
  underprovisioned: 'a month',
  'cost-spike': 'a month more than usual if it lasts',
  budget: 'over the budget',
  abandoned: 'a month could be saved',
  posture: 'a month',
  'data-quality': 'a month',
};

/** Whoever decided, as people call them: `slack:U012 (sam)` is sam. */
export function personName(by: string): string {
  return /^slack:[UW][A-Z0-9]+ \((.+)\)$/s.exec(by)?.[1] ?? by;
}

/** The permanent page of a finding. */
export function findingUrl({ id }: Finding, context: RenderContext): string | null {
  return pageUrl(`/findings/${encodeURIComponent(id)}`, context);
}

/** A page of ours by its path; null where messages carry no links. */
export function pageUrl(path: string, { externalUrl }: RenderContext): string | null {
  return externalUrl === null ? null : `${externalUrl.replace(/\/+$/, '')}${path}`;
}

const SEVERITY_MARKS: Readonly<Record<Severity, string>> = {
  critical: '🔴',
  warning: '🟠',
  info: '🔵',
};

/** A finding's mark: calm once it is over or decided. */
export function markOf({ state, severity }: Finding): string {
  if (state === 'resolved') return '🟢';
  if (state === 'accepted') return '⚪';
  return SEVERITY_MARKS[severity];
}

/** `text` cut to `max` characters, never inside a character, with an ellipsis. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, Math.max(0, max - 1)).replace(/[\uD800-\uDBFF]$/u, '');
  return `${cut.replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** `1 node`, `2 nodes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
