import { printable } from '../model/text/escape.ts';
import type { CycleSummary } from '../daemon/cycleSummary.ts';
import { fromNano } from '../model/money.ts';
import { formatTime } from '../model/time.ts';
import { formatAmount, formatCoverage } from '../model/text/units.ts';

/** What a cycle came to, in its outside form. */
export function toSummaryJson(
  summary: CycleSummary,
  currency: string,
): Readonly<Record<string, unknown>> {
  const { last, watermark } = summary;
  return {
    sealed: summary.sealed,
    corrected: summary.corrected,
    lost: summary.lost,
    sealedUntil: watermark === null ? null : formatTime(watermark),
    window:
      last === null
        ? null
        : {
            start: formatTime(last.window.start),
            end: formatTime(last.window.end),
            nodes: last.nodes,
            pods: last.pods,
            containers: last.containers,
            coverage: last.coverage,
            complete: last.complete,
            nodesCost: fromNano(last.costNano),
            currency,
            problems: last.problems,
          },
    events: summary.events,
    openFindings: summary.open,
  };
}

/** The same for people. */
export function renderSummary(summary: CycleSummary, currency: string, dryRun: boolean): string {
  const { last, watermark, events, open, corrected, lost } = summary;
  const lines: string[] = [];
  if (last !== null) {
    const { window, nodes, pods, containers, coverage, costNano, problems } = last;
    const did = dryRun ? 'Looked at' : 'Sealed';
    lines.push(
      `${did} ${formatTime(window.start)} to ${formatTime(window.end)}: ${nodes} nodes, ${pods} pods, ${containers} containers, coverage ${formatCoverage(coverage)}.`,
      `The nodes cost ${formatAmount(fromNano(costNano))} ${currency} in this window.`,
      ...problems.map(({ code, text }) => `! ${code}: ${text}`),
    );
  } else if (watermark !== null) {
    lines.push(`Nothing to do: sealed up to ${formatTime(watermark)}.`);
  }
  if (corrected > 0) lines.push(`${corrected} incomplete windows were filled.`);
  if (lost > 0) lines.push(`${lost} windows are unknown: Prometheus no longer holds them.`);
  for (const { type, severity, kind, summary: text, reason } of events) {
    const why = reason === text ? '' : ` (${reason})`;
    lines.push(`${type}: ${severity} ${kind}: ${text}${why}`);
  }
  const counts = open.map(({ kind, severity, count }) => `${count} ${severity} ${kind}`);
  lines.push(counts.length === 0 ? 'No open findings.' : `Open findings: ${counts.join(', ')}.`);
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}
