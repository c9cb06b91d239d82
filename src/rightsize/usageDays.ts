import { DAY_MS, floorTo, type TimeMs } from '../model/time.ts';
import { addValue, EMPTY_SKETCH, type Sketch } from './sketch.ts';

/** What one container of a workload used on one UTC day, over all its pods. */
export interface UsageDay {
  readonly day: TimeMs;
  /** Cores while running, every pod of every window. */
  readonly cpu: Sketch;
  /** Cores of the hottest pod, one value a window. */
  readonly hottest: Sketch;
  /** Highest working set of any pod, in bytes. */
  readonly ramPeakBytes: number;
  /** Windows with data. */
  readonly windows: number;
}

/** One pod's use in one window. */
export interface PodUse {
  readonly cpuCores: number;
  readonly ramPeakBytes: number;
}

/** The day that `time` lies in, with nothing seen yet. */
export function emptyDay(time: TimeMs): UsageDay {
  return {
    day: floorTo(time, DAY_MS),
    cpu: EMPTY_SKETCH,
    hottest: EMPTY_SKETCH,
    ramPeakBytes: 0,
    windows: 0,
  };
}

/** The day with one more window of at least one pod. */
export function addWindow(day: UsageDay, pods: readonly PodUse[]): UsageDay {
  let { cpu, ramPeakBytes } = day;
  let hottest = 0;
  for (const pod of pods) {
    cpu = addValue(cpu, pod.cpuCores);
    hottest = Math.max(hottest, pod.cpuCores);
    ramPeakBytes = Math.max(ramPeakBytes, pod.ramPeakBytes);
  }
  return {
    day: day.day,
    cpu,
    hottest: addValue(day.hottest, hottest),
    ramPeakBytes,
    windows: day.windows + 1,
  };
}
