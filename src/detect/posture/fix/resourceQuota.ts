import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import {
  memoryQuantity,
  cpuQuantity,
  roundBytes,
  roundCores,
} from '../../../model/text/quantity.ts';

/** Room above the highest day for a rollout's surge (25 % by default) and some growth. */
const HEADROOM = 1.5;
const LEAST = { cpuCores: 0.5, ramBytes: 512 * 2 ** 20 };

/**
 * A ResourceQuota for what the namespace requested on its highest day, or used where it asked for nothing,
 * with headroom. Null without history: a quota from nothing would be a guess that refuses pods.
 */
export function resourceQuotaManifest(
  namespace: string,
  histories: readonly ContainerHistory[],
): object | null {
  const days = new Map<number, { cpuCores: number; ramBytes: number }>();
  for (const history of histories) {
    for (const day of history.days) {
      const pods = day.windows === 0 ? 0 : day.podWindows / day.windows;
      const sum = days.get(day.day) ?? { cpuCores: 0, ramBytes: 0 };
      sum.cpuCores += pods * Math.max(day.cpuRequestCores ?? 0, day.cpu.max);
      sum.ramBytes += pods * Math.max(day.ramRequestBytes ?? 0, day.ramPeakBytes);
      days.set(day.day, sum);
    }
  }
  if (days.size === 0) return null;
  const highest = (of: 'cpuCores' | 'ramBytes'): number =>
    Math.max(LEAST[of], Math.max(...[...days.values()].map((day) => day[of])) * HEADROOM);
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'burnwatch-quota', namespace },
    spec: {
      hard: {
        'requests.cpu': cpuQuantity(roundCores(highest('cpuCores'))),
        'requests.memory': memoryQuantity(roundBytes(highest('ramBytes'))),
      },
    },
  };
}
