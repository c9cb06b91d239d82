import type { Reading } from '../../model/reading.ts';
import { workloadKey } from '../../model/workload.ts';
import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import { CONFIDENCES, isSure } from '../../detect/rightsize/advice/confidence.ts';
import { workloadPatches } from '../../detect/rightsize/advice/patch.ts';
import { isWorthSaying, type AdviceReport } from '../../detect/rightsize/advice/readAdvice.ts';
import { renderPatches } from '../../detect/rightsize/advice/renderPatches.ts';
import type { Saving, DigestSavings } from '../../store/digests/digest.ts';
import { memoryQuantity, cpuQuantity, quantityOrNone } from '../../model/text/quantity.ts';

const TOP = 3;

export interface SavingsContext {
  readonly currency: string;
  readonly kubeContext: string | null;
  /** A saving below this much a month is left out. */
  readonly floor: number;
  ownerOf(workload: string): string | null;
}

/** Every workload's saving that is worth saying, the largest first. */
export function savingsOf(
  { advices }: AdviceReport,
  { currency, kubeContext, floor, ownerOf }: SavingsContext,
): readonly Saving[] {
  const useful = advices.filter((advice) => isSure(advice.behind) && isWorthSaying(advice, floor));
  const byWorkload = Map.groupBy(useful, keyOf);
  return workloadPatches(useful)
    .flatMap((patch): readonly Saving[] => {
      const { namespace, workload, savingPerMonth } = patch;
      if (savingPerMonth === null || savingPerMonth < floor) return [];
      const key = workloadKey(namespace, workload);
      const group = byWorkload.get(key) ?? [];
      return [
        {
          namespace,
          workload,
          owner: ownerOf(key),
          perMonth: savingPerMonth,
          changes: group.map(changeOf).filter((text) => text !== ''),
          confidence: leastSure(group),
          notes: [...new Set(group.flatMap(({ notes }) => notes))],
          patch: renderPatches([patch], { currency, kubeContext }).trimEnd(),
        },
      ];
    })
    .sort((a, b) => b.perMonth - a.perMonth);
}

/** The savings in scope: all of the cluster's, or one owner's. */
export function digestSavings(
  all: readonly Saving[],
  floor: number,
  report: Pick<AdviceReport, 'savings' | 'advices'> | null,
): DigestSavings {
  const isYoung =
    report !== null &&
    report.advices.length > 0 &&
    !report.advices.some(({ behind }) => isSure(behind));
  return {
    perMonth:
      report?.savings?.requestsFreedPerMonth ??
      all.reduce((sum, { perMonth }) => sum + perMonth, 0),
    count: all.length,
    nodesPerMonth: report?.savings?.moneyPerMonth ?? null,
    removableNodes: report?.savings?.removableAfter.length ?? null,
    floor,
    top: all.slice(0, TOP),
    note: isYoung ? 'there are too few days of data yet to recommend anything' : null,
  };
}

function keyOf({ namespace, workload }: ContainerAdvice): string {
  return workloadKey(namespace, workload);
}

function changeOf({ container, current, proposed }: ContainerAdvice): string {
  const parts = [
    change('CPU', current.cpuRequestCores, proposed.cpuRequestCores, cpuQuantity),
    change('memory', current.ramRequestBytes, proposed.ramRequestBytes, memoryQuantity),
  ].filter((text) => text !== '');
  return parts.length === 0 ? '' : `${container}: ${parts.join(', ')}`;
}

function change(
  name: string,
  before: Reading,
  after: Reading,
  format: (value: number) => string,
): string {
  if (after === null) return '';
  const old = quantityOrNone(before, format);
  return old === format(after) ? '' : `${name} ${old} → ${format(after)}`;
}

function leastSure(group: readonly ContainerAdvice[]): string {
  const levels = group.map(({ behind }) => behind.confidence);
  return levels.toSorted((a, b) => CONFIDENCES.indexOf(a) - CONFIDENCES.indexOf(b))[0] ?? 'low';
}
