import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { adviseContainer } from '../../src/detect/rightsize/advice/containerAdvice.ts';
import {
  mergeContainerDays,
  type ContainerDay,
} from '../../src/store/containerDays/containerDay.ts';
import { HourOfUse, type PodWindow } from '../../src/store/containerDays/hourOfUse.ts';
import type { PodUse, Proposal } from './rivals.ts';

const WINDOW_MS = 5 * MINUTE_MS;
const HOURS = 24;
const SHIPPED = loadThresholds([]).overprovisioned;

/** Requests and limits in force; null: none. */
export interface Sizing {
  readonly cpuRequestCores: number | null;
  readonly cpuLimitCores: number | null;
  readonly ramRequestBytes: number | null;
  readonly ramLimitBytes: number | null;
}

const LEARNT_UNDER: Sizing = {
  cpuRequestCores: 1,
  cpuLimitCores: null,
  ramRequestBytes: 2 ** 30,
  ramLimitBytes: null,
};

/** The pods' use as the history keeps it: windows of five minutes into hours into days. */
export function daysOf(
  pods: readonly PodUse[],
  stepMs: number,
  sizing: Sizing = LEARNT_UNDER,
): readonly ContainerDay[] {
  const windows = pods.map((pod) => windowsOf(pod, stepMs, sizing));
  const hours = Math.min(...windows.map((each) => each.length)) / (HOUR_MS / WINDOW_MS);
  return Array.from({ length: hours / HOURS }, (_, day) =>
    Array.from({ length: HOURS }, (_, hour) => {
      const use = new HourOfUse();
      const first = (day * HOURS + hour) * (HOUR_MS / WINDOW_MS);
      for (const [pod, each] of windows.entries())
        use.addPod(`pod-${pod}`, each.slice(first, first + HOUR_MS / WINDOW_MS));
      return use.build(day * DAY_MS + hour * HOUR_MS);
    }).reduce(mergeContainerDays),
  );
}

/** Means of five minutes of the cores, peaks of the memory. */
function windowsOf({ cores, bytes }: PodUse, stepMs: number, sizing: Sizing): readonly PodWindow[] {
  const limit = sizing.cpuLimitCores ?? Infinity;
  const width = WINDOW_MS / stepMs;
  return Array.from({ length: Math.floor(cores.length / width) }, (_, index) => {
    const used = cores.slice(index * width, (index + 1) * width);
    const held = bytes.slice(index * width, (index + 1) * width);
    return {
      slot: index % (HOUR_MS / WINDOW_MS),
      cpuCores: used.reduce((sum, value) => sum + value, 0) / width,
      ramPeakBytes: held.length === 0 ? null : Math.max(...held),
      // What a limit cuts off stands at the limit.
      throttledShare: used.filter((value) => value >= limit).length / width,
      oomKilled: false,
      ...sizing,
    };
  });
}

/** What `burnwatch recommend` proposes after these days, with other settings where they are given. */
export function burnwatch(
  days: readonly ContainerDay[],
  setting: { readonly percentile?: number; readonly margin?: number } = {},
): Proposal {
  const { cpuRequestCores, ramRequestBytes } = burnwatchSizing(days, setting);
  return { cpuCores: cpuRequestCores ?? Number.NaN, ramBytes: ramRequestBytes ?? Number.NaN };
}

/** The same with limits. */
export function burnwatchSizing(
  days: readonly ContainerDay[],
  setting: { readonly percentile?: number; readonly margin?: number } = {},
): Sizing {
  const rule = { ...SHIPPED, ...setting };
  const workload = { kind: 'Deployment', name: 'web' };
  const history = { namespace: 'shop', workload, container: 'app', days };
  const advice = adviseContainer(history, {
    rule,
    today: days.at(-1)?.day ?? 0,
    windowMs: WINDOW_MS,
    objects: null,
    abuse: new Map(),
    roleOf: () => 'main',
    podsOf: () => [],
    priceOf: () => null,
  });
  if (advice === null) throw new Error('there is no advice');
  return advice.proposed;
}
