import { hash } from '../../model/hash.ts';
import { maxKnown, type Reading } from '../../model/reading.ts';
import {
  largestResources,
  NO_RESOURCES,
  resourcesOf,
  type Resources,
} from '../../model/resources.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { emptyContainerDay, type ContainerDay } from './containerDay.ts';
import { SketchBuilder } from './sketchBuilder.ts';

/** A pod throttled in more than this share of its CFS periods waits for CPU noticeably. */
const THROTTLED_SHARE = 0.25;
/** One byte an hour is enough to see whether it is the same pod. */
const DISTINCT_PODS = 127;

/** Kinds whose pods run to an end: short runs are their nature, not a start or an end. */
const RUN_TO_AN_END = new Set(['Job', 'CronJob']);

/** True for kinds whose pods end by themselves. */
export function runsToAnEnd(kind: string): boolean {
  return RUN_TO_AN_END.has(kind);
}

/** Share of a window, 0..1, below which a pod was starting or ending, and its average says little. */
export function leastRunShare(kind: string): number {
  return runsToAnEnd(kind) ? 0.05 : 0.5;
}

/** One pod's container in one window. */
export interface PodWindow extends Resources {
  /** Which window of the hour. */
  readonly slot: number;
  /** Cores while it ran; null where unknown. */
  readonly cpuCores: Reading;
  readonly ramPeakBytes: Reading;
  readonly throttledShare: Reading;
  /** True when an OOM kill ended it in this window. */
  readonly oomKilled: boolean;
}

/** Gathers one hour of one container over the workload's pods. */
export class HourOfUse {
  readonly #cpu = new SketchBuilder();
  readonly #ram = new SketchBuilder();
  readonly #slots = new Set<number>();
  #hottest: readonly number[] = [];
  #hottestPod: string | null = null;
  #hottestMean = -1;
  #ramPeakBytes = 0;
  #podWindows = 0;
  #known = 0;
  #throttleKnown = 0;
  #throttled = 0;
  #oomKills = 0;
  #oomBytes: Reading = null;
  #lastSlot = -1;
  #last = NO_RESOURCES;

  /**
   * Adds all windows of one pod.
   *
   * @param pod what identifies the pod in every hour, such as its UID.
   */
  addPod(pod: string, windows: readonly PodWindow[]): void {
    const cores: number[] = [];
    for (const window of windows) {
      this.#slots.add(window.slot);
      this.#podWindows += 1;
      this.#keepLast(window);
      if (window.throttledShare !== null) {
        this.#throttleKnown += 1;
        if (window.throttledShare > THROTTLED_SHARE) this.#throttled += 1;
      }
      if (window.oomKilled) {
        this.#oomKills += 1;
        this.#oomBytes = maxKnown(this.#oomBytes, window.ramLimitBytes ?? window.ramPeakBytes);
      }
      if (window.ramPeakBytes !== null) {
        this.#ram.add(window.ramPeakBytes);
        this.#ramPeakBytes = Math.max(this.#ramPeakBytes, window.ramPeakBytes);
      }
      if (window.cpuCores === null) continue;
      this.#known += 1;
      this.#cpu.add(window.cpuCores);
      cores.push(window.cpuCores);
    }
    const mean = cores.reduce((sum, value) => sum + value, 0) / cores.length;
    if (cores.length > 0 && mean > this.#hottestMean) {
      this.#hottest = cores;
      this.#hottestPod = pod;
      this.#hottestMean = mean;
    }
  }

  /** The hour as a part of its day. */
  build(hour: TimeMs): ContainerDay {
    const day = floorTo(hour, DAY_MS);
    const place = (hour - day) / HOUR_MS;
    const hottest = new SketchBuilder();
    for (const cores of this.#hottest) hottest.add(cores);
    const sorted = [...this.#hottest].sort((a, b) => a - b);
    const busy = sorted[Math.max(0, Math.ceil(0.9 * sorted.length) - 1)] ?? null;
    const empty = emptyContainerDay(day);
    return {
      day,
      hours: 1 << place,
      cpu: this.#cpu.build(),
      hottest: hottest.build(),
      hottestPods: empty.hottestPods.with(place, numberOf(this.#hottestPod)),
      ram: this.#ram.build(),
      ramPeakBytes: this.#ramPeakBytes,
      windows: this.#slots.size,
      podWindows: this.#podWindows,
      knownPodWindows: this.#known,
      busy: empty.busy.with(place, busy),
      throttleKnown: this.#throttleKnown,
      throttled: this.#throttled,
      oomKills: this.#oomKills,
      oomBytes: this.#oomBytes,
      ...this.#last,
    };
  }

  /** Requests and limits of the hour's last window; the largest, where the pods of a rollout differ. */
  #keepLast(window: PodWindow): void {
    if (window.slot < this.#lastSlot) return;
    const isNewer = window.slot > this.#lastSlot;
    this.#lastSlot = window.slot;
    this.#last = isNewer ? resourcesOf(window) : largestResources(this.#last, window);
  }
}

/** A pod as a number from 1 on (FNV-1a), 0 for none; the same whatever the order in which pods arrive. */
function numberOf(pod: string | null): number {
  if (pod === null) return 0;
  return 1 + (hash(pod) % DISTINCT_PODS);
}
