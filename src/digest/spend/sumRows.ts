import { addParts, COST_PARTS, RESOURCE_HOURS } from '../../model/costParts.ts';
import type { CostRow } from '../../store/costTable.ts';
import { workloadKey } from '../../model/workload.ts';

/** `shop/Deployment/web`; the namespace alone of what is no workload's. */
export function nameOfRow({ namespace, workload }: CostRow): string {
  return workload === null ? (namespace ?? '') : workloadKey(namespace ?? '', workload);
}

/** Adds up cost rows by a key; a row's names (namespace, workload, …) are those of the first. */
export function sumRows(
  rows: readonly CostRow[],
  keyOf: (row: CostRow) => string,
): readonly CostRow[] {
  const sums = new Map<string, CostRow>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? { ...row, key } : addRow(sum, row));
  }
  return [...sums.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function addRow(sum: CostRow, row: CostRow): CostRow {
  const lived = (sum.runHours ?? 0) + (row.runHours ?? 0);
  const covered = sum.coverage * (sum.runHours ?? 0) + row.coverage * (row.runHours ?? 0);
  const isGpuKnown = sum.gpuUsageHours !== null && row.gpuUsageHours !== null;
  return {
    ...sum,
    ...addParts(RESOURCE_HOURS, sum, row),
    gpuUsageHours: isGpuKnown ? (sum.gpuUsageHours ?? 0) + (row.gpuUsageHours ?? 0) : null,
    ...addParts(COST_PARTS, sum, row),
    runHours: lived,
    coverage: lived > 0 ? covered / lived : Math.min(sum.coverage, row.coverage),
  };
}
