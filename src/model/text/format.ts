import type { Finding, Severity } from '../finding.ts';
import { formatMoney, formatNano } from './units.ts';

/** What every renderer has to know of the installation. */
export interface RenderContext {
  /** ISO 4217. */
  readonly currency: string;
  /** Where Burnwatch's pages are reached; null: messages carry no link to them. */
  readonly externalUrl: string | null;
  /** Name of the kubeconfig context that commands should use; null leaves it out. */
  readonly kubeContext: string | null;
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
  overprovisioned: 'Overprovisioned',
  underprovisioned: 'Underprovisioned',
  'cost-spike': 'Cost spike',
  budget: 'Budget',
  abandoned: 'Looks abandoned',
  posture: 'Resource posture',
  'data-quality': 'Missing data',
  trust: 'Metrics not believed',
  signal: 'Reported by other tools',
  'control-plane': 'Control plane',
  rbac: 'Risky access',
  network: 'Open network',
};

/** A finding's title: only what has evidence for a page is called mining. */
export function titleOf({
  kind,
  cause = 'mining',
  severity,
}: Pick<Finding, 'kind' | 'cause' | 'severity'>): string {
  const isBelowBar = kind === 'cryptojacking' && (cause !== 'mining' || severity !== 'critical');
  return isBelowBar ? 'Unusual CPU' : KIND_NAMES[kind];
}

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
    const amount = formatNano(finding.costSoFarNano, currency);
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
  budget: 'over the budget at the month’s end',
  abandoned: 'a month could be saved',
  posture: 'a month',
  'data-quality': 'a month',
  trust: 'a month',
  signal: 'a month',
  'control-plane': 'a month',
  rbac: 'a month',
  network: 'a month',
};

/** The name of the person who decided: `slack:U012 (sam)` is sam. */
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
