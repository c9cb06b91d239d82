import { printable } from '../model/text/escape.ts';
import type { Evidence, Finding, FindingEvent, Scope } from '../model/finding.ts';
import { fromNano } from '../model/money.ts';
import { formatTime } from '../model/time.ts';
import { orderedCommands } from '../notify/content/evidence.ts';
import type { Column } from '../model/text/table.ts';
import { memoryQuantity } from '../model/text/quantity.ts';
import { formatAmount, formatMoney, formatShare, formatNumber } from '../model/text/units.ts';

/** What the list of findings shows. */
export const FINDING_COLUMNS: readonly Column<Finding>[] = [
  { title: 'ID', value: ({ id }) => id, whole: true },
  { title: 'SEVERITY', value: ({ severity }) => severity, whole: true, color: severityColor },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'WHERE', value: ({ scope }) => scopeText(scope), maxWidth: 60 },
  { title: 'STATE', value: ({ state }) => state, optional: true },
  { title: 'SCORE', value: ({ score }) => Math.round(score), align: 'right', optional: true },
  { title: 'SINCE', value: ({ startedAt }) => formatTime(startedAt), whole: true, optional: true },
  {
    title: 'PER MONTH',
    value: ({ costPerMonth }) => (costPerMonth === null ? null : formatAmount(costPerMonth)),
    align: 'right',
    optional: true,
  },
  { title: 'SUMMARY', value: ({ summary }) => summary, maxWidth: 100 },
];

function severityColor({ severity }: Finding): 'red' | 'yellow' | null {
  return severity === 'info' ? null : severity === 'critical' ? 'red' : 'yellow';
}

/** `shop/Deployment/checkout (app)`; `cluster` when it is about all of it. */
function scopeText({ namespace, workload, container, subject }: Scope): string {
  const parts: string[] = [];
  if (namespace !== null) parts.push(namespace);
  if (workload !== null) parts.push(workload.kind, workload.name);
  const place = parts.join('/');
  const inside = container ?? subject;
  if (place === '') return inside ?? 'cluster';
  return inside === null ? place : `${place} (${inside})`;
}

/** One finding as a person reads it: verdict first, then why, what happened, and what to do. */
export function renderFinding(
  finding: Finding,
  events: readonly FindingEvent[],
  currency: string,
  kubeContext: string | null = null,
): string {
  const { id, kind, rule, severity, state, score, scope, summary } = finding;
  const lines = [
    `${severity.toUpperCase()} ${kind} (${rule}), score ${Math.round(score)}, ${state}`,
    summary,
    '',
    ...facts({
      Id: id,
      Where: scopeText(scope),
      Pods: listed(finding.pods),
      Owner: finding.owner,
      Since: formatTime(finding.startedAt),
      Recognised: formatTime(finding.firstSeen),
      'Last seen': formatTime(finding.lastSeen),
      Resolved: finding.resolvedAt === null ? null : formatTime(finding.resolvedAt),
      'Cost so far': money(
        finding.costSoFarNano === null ? null : fromNano(finding.costSoFarNano),
        currency,
      ),
      'Per month': money(finding.costPerMonth, currency),
      Decision: decisionText(finding),
    }),
    '',
    'Evidence',
    ...finding.evidence.flatMap((one) => [
      `  ${signedWeight(one.weight)}  ${one.text}`,
      `        ${[`${one.signal} (${one.family})`, ...measured(one)].join(': ')}`,
    ]),
    '',
    'What happened',
    ...events.map(({ at, type, reason }) => `  ${formatTime(at)}  ${type}: ${reason}`),
    '',
    'Next',
    ...orderedCommands(finding, kubeContext).flatMap(({ command, effect, why }) => [
      `  [${effect}] ${command}`,
      `      ${why}`,
    ]),
  ];
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

/** `0.93 cores against 0.06 cores`, as far as there are figures: text evidence has none. */
function measured({ value, threshold, unit }: Evidence): readonly string[] {
  const text = (figure: number | string | null): string | null => {
    if (typeof figure !== 'number') return figure;
    if (unit === 'share') return formatShare(figure);
    return unit === 'bytes' ? memoryQuantity(figure) : `${formatNumber(figure)} ${unit}`.trimEnd();
  };
  if (threshold === null) return value === null ? [] : [text(value) ?? ''];
  return [`${text(value) ?? 'unknown'} against ${text(threshold)}`];
}

function facts(values: Readonly<Record<string, string | null>>): readonly string[] {
  const known = Object.entries(values).filter(([, value]) => value !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value ?? ''}`);
}

function listed(pods: readonly string[]): string | null {
  if (pods.length === 0) return null;
  const shown = pods.slice(0, 5).join(', ');
  return pods.length > 5 ? `${shown} and ${pods.length - 5} more` : shown;
}

function money(units: number | null, currency: string): string | null {
  return units === null ? null : formatMoney(units, currency);
}

function signedWeight(weight: number): string {
  return `${weight < 0 ? '−' : '+'}${Math.abs(Math.round(weight))}`.padStart(4);
}

function decisionText({ decision, state }: Finding): string | null {
  if (decision === null) return null;
  const until = decision.until === null ? '' : ` until ${formatTime(decision.until)}`;
  const reason = decision.reason === null ? '' : `: ${decision.reason}`;
  return `${state} by ${decision.by} at ${formatTime(decision.at)}${until}${reason}`;
}
