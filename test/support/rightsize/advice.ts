import { DAY_MS, HOUR_MS, type TimeMs } from '../../../src/model/time.ts';
import {
  mergeContainerDays,
  type ContainerDay,
  type ContainerHistory,
} from '../../../src/store/containerDays/containerDay.ts';
import { HourOfUse, type PodWindow } from '../../../src/store/containerDays/hourOfUse.ts';
import type { AdviceContext } from '../../../src/detect/rightsize/advice/containerAdvice.ts';

const MIB = 2 ** 20;
const WINDOWS_AN_HOUR = 12;
export const FIRST_DAY = Date.UTC(2026, 10, 2);

/** What one pod did in one window; unset values are steady. For tests. */
export type Use = (time: TimeMs, pod: number) => Partial<PodWindow>;

/** Days of a container with `pods` pods, asked for 1 core and 1 GiB with limits of 2 cores and 2 GiB. */
export function daysOfUse(count: number, use: Use, pods = 1): readonly ContainerDay[] {
  return Array.from({ length: count }, (_, index) => {
    const day = FIRST_DAY + index * DAY_MS;
    const hours = Array.from({ length: 24 }, (_, hour) =>
      hourOfUse(day + hour * HOUR_MS, use, pods),
    );
    return hours.reduce(mergeContainerDays);
  });
}

function hourOfUse(hour: TimeMs, use: Use, pods: number): ContainerDay {
  const gathered = new HourOfUse();
  for (let pod = 0; pod < pods; pod += 1) {
    gathered.addPod(
      `pod-${pod}`,
      Array.from({ length: WINDOWS_AN_HOUR }, (_, slot) => ({
        slot,
        cpuCores: 0.1,
        ramPeakBytes: 200 * MIB,
        throttledShare: 0,
        oomKilled: false,
        cpuRequestCores: 1,
        cpuLimitCores: 2,
        ramRequestBytes: 1024 * MIB,
        ramLimitBytes: 2048 * MIB,
        ...use(hour + slot * 300_000, pod),
      })),
    );
  }
  return gathered.build(hour);
}

export function aHistory(
  days: readonly ContainerDay[],
  change: Partial<ContainerHistory> = {},
): ContainerHistory {
  const workload = { kind: 'Deployment', name: 'web' };
  return { namespace: 'shop', workload, container: 'app', days, ...change };
}

/** The shipped rule, prices of a cent a core-hour and a tenth of that a GiB-hour. */
export function anAdviceContext(
  days: readonly ContainerDay[],
  change: Partial<AdviceContext> = {},
): AdviceContext {
  return {
    rule: { percentile: 0.95, margin: 1.15, floorCores: 0.01, floorBytes: 64 * MIB, minDays: 3 },
    today: days.at(-1)?.day ?? FIRST_DAY,
    windowMs: 300_000,
    objects: null,
    abuse: new Map(),
    roleOf: () => 'main',
    podsOf: () => [],
    priceOf: () => ({ cpuCoreHour: 0.01, ramGiBHour: 0.001 }),
    ...change,
  };
}
