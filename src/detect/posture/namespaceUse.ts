import type { ContainerDay, ContainerHistory } from '../../store/containerDays/containerDay.ts';
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
  const groups = Map.groupBy(histories, ({ namespace }) => namespace);
  return new Map(
    [...groups].flatMap(([namespace, own]) => {
      const highest = highestDay(own, ({ cpu, ramPeakBytes }) => ({
        cpuCores: quantile(mergeSketches([{ sketch: cpu }]), 0.99) ?? 0,
        ramBytes: ramPeakBytes,
      }));
      return highest === null ? [] : [[namespace, highest] as const];
    }),
  );
}

/**
 * The highest day of containers together, CPU and memory each by itself.
 *
 * @param perPod what counts of a pod on a day.
 * @returns null without any day.
 */
export function highestDay(
  histories: readonly ContainerHistory[],
  perPod: (day: ContainerDay) => NamespaceUse,
): NamespaceUse | null {
  const sums = new Map<number, { cpuCores: number; ramBytes: number }>();
  for (const day of histories.flatMap(({ days }) => days)) {
    const pods = day.windows === 0 ? 0 : day.podWindows / day.windows;
    const { cpuCores, ramBytes } = perPod(day);
    const sum = sums.get(day.day) ?? { cpuCores: 0, ramBytes: 0 };
    sum.cpuCores += pods * cpuCores;
    sum.ramBytes += pods * ramBytes;
    sums.set(day.day, sum);
  }
  if (sums.size === 0) return null;
  const highest = (of: keyof NamespaceUse) =>
    Math.max(...Array.from(sums.values(), (sum) => sum[of]));
  return { cpuCores: highest('cpuCores'), ramBytes: highest('ramBytes') };
}
