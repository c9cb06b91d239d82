import type { ContainerHistory } from '../../store/containerDays/containerDay.ts';
import { mergeSketches, quantile } from '../../store/containerDays/sketch.ts';
import type { NamespaceUse } from './postureInput.ts';

/**
 * What each namespace used at most on a day: for every container the pods of that day × their P99 of CPU,
 * and × their peak of memory, added up. All containers at their peak at once is more than ever happened,
 * which is what a quota must leave room for.
 */
export function namespaceUse(
  histories: readonly ContainerHistory[],
): ReadonlyMap<string, NamespaceUse> {
  const byDay = new Map<string, Map<number, { cpuCores: number; ramBytes: number }>>();
  for (const { namespace, days } of histories) {
    const sums = byDay.get(namespace) ?? new Map<number, { cpuCores: number; ramBytes: number }>();
    byDay.set(namespace, sums);
    for (const day of days) {
      const pods = day.windows === 0 ? 0 : day.podWindows / day.windows;
      const cores = quantile(mergeSketches([{ sketch: day.cpu }]), 0.99) ?? 0;
      const sum = sums.get(day.day) ?? { cpuCores: 0, ramBytes: 0 };
      sum.cpuCores += pods * cores;
      sum.ramBytes += pods * day.ramPeakBytes;
      sums.set(day.day, sum);
    }
  }
  return new Map(
    [...byDay].map(([namespace, sums]) => {
      const days = [...sums.values()];
      return [
        namespace,
        {
          cpuCores: Math.max(...days.map(({ cpuCores }) => cpuCores)),
          ramBytes: Math.max(...days.map(({ ramBytes }) => ramBytes)),
        },
      ];
    }),
  );
}
