import { SECOND_MS } from '../model/time.ts';
import type { Metrics } from '../serve/metrics.ts';
import type { CycleSummary } from './cycleSummary.ts';

/** Puts what a cycle came to into `/metrics`. */
export function recordCycle(metrics: Metrics, summary: CycleSummary, durationMs: number): void {
  const { outage, last, watermark } = summary;
  metrics.cycles.inc({ result: outage === null ? 'ok' : 'outage' });
  metrics.cycleSeconds.observe(durationMs / SECOND_MS);
  metrics.windowsSealed.inc(summary.sealed);
  metrics.windowsCorrected.inc(summary.corrected);
  metrics.windowsLost.inc(summary.lost);
  metrics.sourceUp.set(outage === null ? 1 : 0);
  if (watermark !== null) metrics.watermark.set(watermark / SECOND_MS);
  metrics.findings.reset();
  for (const { kind, severity, count } of summary.open) {
    metrics.findings.set({ kind, severity }, count);
  }
  if (last !== null) {
    metrics.windowCoverage.set(last.coverage);
    metrics.windowComplete.set(last.complete ? 1 : 0);
    metrics.windowContainers.set(last.containers);
    metrics.dataProblems.reset();
    for (const { code } of last.problems) metrics.dataProblems.inc({ code });
  }
  if (outage !== null) metrics.dataProblems.set({ code: 'source-unavailable' }, 1);
}
