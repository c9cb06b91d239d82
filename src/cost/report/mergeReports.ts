import { fromNano, toNano } from '../../model/money.ts';
import type { CostReport } from './costReportForm.ts';

/** The reports of several clusters over one span, as one: sums are exact, shares are weighted by cost. */
export function mergeReports(reports: readonly CostReport[]): CostReport {
  const [first, ...others] = reports;
  if (first === undefined) throw new RangeError('there is no report to merge');
  if (others.length === 0) return first;
  const sum = (of: (report: CostReport) => number) =>
    fromNano(reports.reduce((nano, report) => nano + toNano(of(report)), 0));
  const totalCost = sum((report) => report.totalCost);
  const coverage =
    totalCost > 0
      ? reports.reduce((weighed, each) => weighed + each.coverage * each.totalCost, 0) / totalCost
      : Math.min(...reports.map((each) => each.coverage));
  return {
    ...first,
    cluster: reports.map(({ cluster }) => cluster).join(','),
    coverage: Math.min(coverage, 1),
    rows: reports
      .flatMap(({ rows }) => rows)
      .toSorted((a, b) => b.totalCost - a.totalCost || (a.key < b.key ? -1 : 1)),
    idle: {
      cpuCost: sum(({ idle }) => idle.cpuCost),
      ramCost: sum(({ idle }) => idle.ramCost),
      gpuCost: sum(({ idle }) => idle.gpuCost),
      totalCost: sum(({ idle }) => idle.totalCost),
    },
    nodesCost: sum(({ nodesCost }) => nodesCost),
    totalCost,
    // Where bases differ the sum is no better than the estimate that is in it.
    priceBasis: others.every(({ priceBasis }) => priceBasis === first.priceBasis)
      ? first.priceBasis
      : 'list',
    provisional: reports.some(({ provisional }) => provisional),
    ...(reports.some(({ idleByNode }) => idleByNode !== undefined) && {
      idleByNode: reports.flatMap(({ idleByNode }) => idleByNode ?? []),
    }),
    ...(reports.some(({ unreconciledCost }) => unreconciledCost !== undefined) && {
      unreconciledCost: sum(({ unreconciledCost }) => unreconciledCost ?? 0),
    }),
  };
}
