import type { Baseline } from '../expectation/baseline.ts';
import type { Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/** Bytes a core-second below which so much added use is silent. */
export function silentBelow(
  cores: number,
  { isSummed, members }: Pick<Subject, 'isSummed' | 'members'>,
  { work, minCores }: AbuseThresholds,
): number {
  // The free allowance is per pod and second: dear for a tenth of a core, nothing for ten.
  const free = work.freeBytesPerSecond * (isSummed ? members.length : 1);
  return work.silentBytesPerCoreSecond + free / Math.max(cores, minCores);
}

/** Disk use in bytes a second; null where it is not known. */
export interface DiskUse {
  readonly total: number | null;
  readonly reads: number;
}

/** Disk use of this window. */
export function diskUseOf(subject: Subject): DiskUse {
  return { total: subject.disk, reads: subject.diskReads };
}

/**
 * Disk bytes that count as work: all that is read, and what is written as far as something came in to be written.
 * Writing out of nothing costs a miner nothing.
 *
 * @param usual bytes a second that are normal at this hour
 */
export function workOfDisk(
  { total, reads: read }: DiskUse,
  extraNet: number,
  usual: number,
  { work }: AbuseThresholds,
): number {
  if (total === null) return 0;
  const extra = Math.max(0, total - usual);
  const reads = Math.min(extra, read);
  return reads + Math.min(extra - reads, work.writesPerInput * (extraNet + reads));
}

/** Share of the added use that the added traffic accounts for, by the workload's own ratio of bytes to CPU. */
export function explainedShare(
  extraNet: number | null,
  extraCores: number,
  { netPerCoreSecond }: Baseline,
  { work }: AbuseThresholds,
): number {
  if (extraNet === null || extraCores === 0) return 0;
  if (netPerCoreSecond < work.silentBytesPerCoreSecond) return 0;
  return Math.min(1, extraNet / (netPerCoreSecond * extraCores));
}
