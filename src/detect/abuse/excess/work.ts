import type { Baseline } from '../expectation/baseline.ts';
import { diskOf, type Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/** Bytes a core-second below which so much added use is silent. */
export function silentBelow(
  cores: number,
  { isSummed, podCount }: Pick<Subject, 'isSummed' | 'podCount'>,
  { work }: AbuseThresholds,
): number {
  // The free allowance is per pod and second: dear for a tenth of a core, nothing for ten.
  const free = work.freeBytesPerSecond * (isSummed ? podCount : 1);
  return work.silentBytesPerCoreSecond + free / Math.max(cores, 1e-3);
}

/** Disk use in bytes a second; null where it is not known. */
export interface DiskUse {
  readonly total: number | null;
  readonly reads: number;
}

/** Disk use of this window. */
export function diskUseOf(subject: Subject): DiskUse {
  return { total: diskOf(subject), reads: subject.diskIn ?? 0 };
}

/**
 * Disk bytes that count as work. Reading does; writing does where the workload has always used its disk,
 * and else only as far as something came in to be written: writing out of nothing costs a miner nothing.
 */
export function workOfDisk(
  { total, reads: read }: DiskUse,
  extraNet: number,
  base: Baseline | null,
  { work }: AbuseThresholds,
): number {
  if (total === null) return 0;
  const extra = Math.max(0, total - (base?.disk ?? 0));
  if (base !== null && livesOnDisk(base, work)) return extra;
  const reads = Math.min(extra, read);
  return reads + Math.min(extra - reads, work.writesPerInput * (extraNet + reads));
}

/** True where a core-second ordinarily comes with network traffic, by which its load can be told. */
export function hasTrafficRatio(base: Baseline, work: AbuseThresholds['work']): boolean {
  return base.netPerCoreSecond >= work.silentBytesPerCoreSecond && !livesOnDisk(base, work);
}

/** What reads from the network and writes as much to its disk lives on the network: its input can be seen. */
const DISK_BESIDE_NET = 2;

/** True where the disk is what the workload ordinarily works on: more than a log beside its network. */
function livesOnDisk(base: Baseline, work: AbuseThresholds['work']): boolean {
  return (
    base.diskPerCoreSecond >= work.silentBytesPerCoreSecond &&
    base.disk >= DISK_BESIDE_NET * base.net &&
    base.disk >= work.diskHabitBytesPerSecond
  );
}

/** By the workload's own ratio of bytes to CPU, and only the kinds of bytes that it ordinarily moves. */
export function explainedShare(
  subject: Subject,
  extraNet: number | null,
  extraCores: number,
  base: Baseline,
  { work }: AbuseThresholds,
): number {
  if (extraNet === null || extraCores === 0) return 0;
  const { netPerCoreSecond, diskPerCoreSecond } = base;
  const disk = diskOf(subject);
  const usesNet = netPerCoreSecond >= work.silentBytesPerCoreSecond;
  const usesDisk = livesOnDisk(base, work) && disk !== null;
  const usual = (usesNet ? netPerCoreSecond : 0) + (usesDisk ? diskPerCoreSecond : 0);
  if (usual === 0) return 0;
  const extra = (usesNet ? extraNet : 0) + (usesDisk ? Math.max(0, disk - base.disk) : 0);
  return Math.min(1, extra / (usual * extraCores));
}
