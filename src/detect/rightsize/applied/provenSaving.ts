import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import { formatShare, plural } from '../../../model/text/units.ts';
import { isThrottled } from '../advice/limits.ts';
import type { WorkloadPatch } from '../advice/patch.ts';
import type { Resources } from '../../../model/resources.ts';

/** A measure on both sides of a change; null is unknown. */
export interface BeforeAfter {
  readonly before: Reading;
  readonly after: Reading;
}

/** An advice that was applied, and what came of it. */
export interface ProvenSaving {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly changedAt: TimeMs;
  /** Up to when it was followed: fourteen days, until the next change of its requests, or until now. */
  readonly until: TimeMs;
  /** False while it is still followed. */
  readonly isOver: boolean;
  readonly before: Resources;
  readonly after: Resources;
  readonly advised: Resources;
  /** Units of currency a month that the advice promised for what was applied. */
  readonly promised: Reading;
  /** The same as it came out, at the prices and the basis of the time after; null with less than a day of data. */
  readonly got: Reading;
  /** Use of CPU after the change as a multiple of that before. */
  readonly load: Reading;
  /** Share of its windows in which the limit throttled it. */
  readonly throttledShare: BeforeAfter;
  /** OOM kills a day. */
  readonly oomKills: BeforeAfter;
  /** Share of the time in which its tasks waited for CPU, or for memory (PSI); null where the kubelet exports none. */
  readonly cpuPressure: BeforeAfter;
  readonly ramPressure: BeforeAfter;
  /** What became worse, in plain words; empty where nothing did. */
  readonly hurt: readonly string[];
  /** Back to what it was; null where nothing became worse. */
  readonly reverse: WorkloadPatch | null;
}

/** A tenth of the time spent waiting, six seconds a minute, is felt in the response times of most services. */
const PRESSURE = 0.1;
/** What was there before is no consequence of the change: it must have doubled. */
const WORSE = 2;

/** What became worse with a change, by resource. */
export function harmOf({
  throttledShare,
  oomKills,
  cpuPressure,
  ramPressure,
}: Pick<ProvenSaving, 'throttledShare' | 'oomKills' | 'cpuPressure' | 'ramPressure'>): {
  readonly cpu: readonly string[];
  readonly ram: readonly string[];
} {
  const isWorse = ({ before, after }: BeforeAfter): boolean => (after ?? 0) > WORSE * (before ?? 0);
  const waits = (what: string, pressure: BeforeAfter): readonly string[] =>
    (pressure.after ?? 0) > PRESSURE && isWorse(pressure)
      ? [`waits for ${what} ${formatShare(pressure.after)} of the time`]
      : [];
  const throttled =
    isThrottled(throttledShare.after) && isWorse(throttledShare)
      ? [`throttled in ${formatShare(throttledShare.after)} of its windows`]
      : [];
  const killed =
    (oomKills.after ?? 0) > 0 && isWorse(oomKills)
      ? [`${plural(Math.max(1, Math.round(oomKills.after ?? 0)), 'OOM kill')} a day`]
      : [];
  return {
    cpu: [...throttled, ...waits('CPU', cpuPressure)],
    ram: [...killed, ...waits('memory', ramPressure)],
  };
}
