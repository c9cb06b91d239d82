import type { Logger } from 'pino';
import type { Budget } from '../cost/config.ts';
import { outageText } from '../collect/collector.ts';
import { fromNano } from '../model/money.ts';
import { formatTime, SECOND_MS, windowHours } from '../model/time.ts';
import type { Metrics } from '../serve/metrics.ts';
import type { CycleSummary, LastWindow } from './cycleSummary.ts';

export interface ReportParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly currency: string;
  readonly budgets: readonly Budget[];
  readonly durationMs: number;
}

/** Puts what a cycle came to into the log and into `/metrics`. */
export function reportCycle(summary: CycleSummary, parts: ReportParts): void {
  recordCycle(summary, parts);
  logCycle(summary, parts);
}

function logCycle(summary: CycleSummary, { log, currency, durationMs }: ReportParts): void {
  const { sealed, corrected, lost, watermark, outage, last } = summary;
  for (const { id, type, kind, severity, reason } of summary.events)
    log.info({ finding: id, kind, severity, reason }, `Finding ${type}`);
  if (lost > 0) log.warn({ lost }, 'Prometheus no longer holds these windows, sealed as unknown');
  if (outage !== null) {
    const sealedUntil = watermark === null ? null : formatTime(watermark);
    log.error({ code: outage.code, sealedUntil }, outageText(outage));
  }
  if (sealed + corrected === 0 || last === null || watermark === null) return;
  const cost = Math.round(fromNano(last.costNano) * 1e6) / 1e6;
  const { containers, coverage } = last;
  const fields = { sealed, corrected, until: formatTime(watermark), containers, coverage };
  log.info({ ...fields, cost, currency, durationMs }, 'Sealed');
}

function recordCycle(summary: CycleSummary, { metrics, budgets, durationMs }: ReportParts): void {
  const { outage, last, watermark } = summary;
  recordWork(summary, metrics);
  metrics.cycles.inc({ result: outage === null ? 'ok' : 'outage' });
  metrics.cycleSeconds.observe(durationMs / SECOND_MS);
  metrics.windowsSealed.inc(summary.sealed);
  metrics.windowsCorrected.inc(summary.corrected);
  metrics.windowsLost.inc(summary.lost);
  for (const { detector, windows } of summary.failures)
    metrics.detectorFailures.inc({ detector }, windows);
  metrics.sourceUp.set(outage === null ? 1 : 0);
  if (watermark !== null) metrics.watermark.set(watermark / SECOND_MS);
  metrics.findings.reset();
  for (const { kind, severity, count } of summary.open) {
    metrics.findings.set({ kind, severity }, count);
  }
  metrics.budgetMonthly.reset();
  for (const { namespace = '', owner = '', monthly, across } of budgets)
    // One over all clusters is none of this cluster.
    if (across !== true) metrics.budgetMonthly.set({ namespace, owner }, monthly);
  metrics.namespaceFindings.reset();
  metrics.namespaceSavings.reset();
  for (const { namespace, bySeverity, savingsPerMonth } of summary.openIn) {
    for (const [severity, count] of Object.entries(bySeverity))
      metrics.namespaceFindings.set({ namespace, severity }, count);
    metrics.namespaceSavings.set({ namespace }, savingsPerMonth);
  }
  if (last !== null) {
    recordCosts(metrics, last);
    metrics.windowCoverage.set(last.coverage);
    metrics.windowComplete.set(last.complete ? 1 : 0);
    metrics.windowContainers.set(last.containers);
    metrics.dataProblems.reset();
    for (const { code } of last.problems) metrics.dataProblems.inc({ code });
  }
  if (outage !== null) metrics.dataProblems.set({ code: 'source-unavailable' }, 1);
}

function recordWork({ work }: CycleSummary, metrics: Metrics): void {
  metrics.storeQueries.inc(work.queries);
  metrics.storeSamples.inc(work.samples);
  metrics.storeBytes.inc(work.bytes);
  metrics.storeSeconds.inc(work.seconds);
  metrics.storeRefusals.inc(work.refusals);
  metrics.storeSplitMetrics.set(work.splitMetrics);
  metrics.helpers.set(work.helpers);
}

/** Money as rates in units of currency an hour, so that windows of any length compare. */
function recordCosts(metrics: Metrics, last: LastWindow): void {
  const hours = windowHours(last.window);
  metrics.nodesCost.set(fromNano(last.costNano) / hours);
  metrics.idleCost.set(fromNano(last.idleNano) / hours);
  metrics.namespaceCost.reset();
  metrics.namespaceEfficiency.reset();
  for (const { namespace, nano, usedNano, requestedNano } of last.namespaces) {
    metrics.namespaceCost.set({ namespace }, fromNano(nano) / hours);
    if (requestedNano > 0) metrics.namespaceEfficiency.set({ namespace }, usedNano / requestedNano);
  }
}
