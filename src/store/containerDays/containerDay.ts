import { maxKnown, type Reading } from '../../model/reading.ts';
import { NO_RESOURCES, resourcesOf, type Resources } from '../../model/resources.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { EMPTY_SKETCH, mergeSketches, type Sketch } from './sketch.ts';

/** Hours of a UTC day. */
const HOURS = 24;

/**
 * What one container of a workload used on one UTC day, over all its pods: the history keeps it long after
 * the windows are gone. Two of them merge into what one made of all their windows would be. Requests and limits are those
 * of the last hour.
 */
export interface ContainerDay extends Resources {
  readonly day: TimeMs;
  /** Bit n is set when hour n of the day is in it. */
  readonly hours: number;
  /** Cores while running: every pod of every window. */
  readonly cpu: Sketch;
  /** Cores of the pod that used most on average in each hour, one value a window. */
  readonly hottest: Sketch;
  /** By hour of the day: which pod that was, as a number below 128 made of its identity; 0 without data. */
  readonly hottestPods: readonly number[];
  /** Highest scraped working set in bytes: every pod of every window. */
  readonly ram: Sketch;
  readonly ramPeakBytes: number;
  /** Windows in which any pod ran. */
  readonly windows: number;
  /** Pods × windows that ran, and those of them whose use is known. */
  readonly podWindows: number;
  readonly knownPodWindows: number;
  /** By hour of the day: cores that the hottest pod passed in a tenth of the hour's windows; null without data. */
  readonly busy: readonly Reading[];
  /** Pods × windows with known throttling, and those throttled in more than a quarter of their periods. */
  readonly throttleKnown: number;
  readonly throttled: number;
  readonly oomKills: number;
  /** Highest memory limit (or peak, where there was no limit) in force at an OOM kill; null without any. */
  readonly oomBytes: Reading;
}

/** All days of one container. */
export interface ContainerHistory {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  /** By ascending day, those without data left out. */
  readonly days: readonly ContainerDay[];
}

/** A day in which nothing was seen. */
export function emptyContainerDay(day: TimeMs): ContainerDay {
  return {
    day,
    hours: 0,
    cpu: EMPTY_SKETCH,
    hottest: EMPTY_SKETCH,
    hottestPods: Array.from({ length: HOURS }, () => 0),
    ram: EMPTY_SKETCH,
    ramPeakBytes: 0,
    windows: 0,
    podWindows: 0,
    knownPodWindows: 0,
    busy: Array.from({ length: HOURS }, () => null),
    throttleKnown: 0,
    throttled: 0,
    oomKills: 0,
    oomBytes: null,
    ...NO_RESOURCES,
  };
}

/** Two parts of the same day, made of different hours, as one. */
export function mergeContainerDays(a: ContainerDay, b: ContainerDay): ContainerDay {
  const last = a.hours > b.hours ? a : b;
  const merge = (of: (part: ContainerDay) => Sketch): Sketch =>
    mergeSketches([{ sketch: of(a) }, { sketch: of(b) }]);
  return {
    day: a.day,
    hours: a.hours | b.hours,
    cpu: merge(({ cpu }) => cpu),
    hottest: merge(({ hottest }) => hottest),
    hottestPods: a.hottestPods.map((pod, hour) => pod || (b.hottestPods[hour] ?? 0)),
    ram: merge(({ ram }) => ram),
    ramPeakBytes: Math.max(a.ramPeakBytes, b.ramPeakBytes),
    windows: a.windows + b.windows,
    podWindows: a.podWindows + b.podWindows,
    knownPodWindows: a.knownPodWindows + b.knownPodWindows,
    busy: a.busy.map((value, hour) => maxKnown(value, b.busy[hour] ?? null)),
    throttleKnown: a.throttleKnown + b.throttleKnown,
    throttled: a.throttled + b.throttled,
    oomKills: a.oomKills + b.oomKills,
    oomBytes: maxKnown(a.oomBytes, b.oomBytes),
    ...resourcesOf(last),
  };
}
