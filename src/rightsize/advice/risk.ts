import type { Reading } from '../../model/reading.ts';
import type { ContainerDay } from '../containerDay.ts';
import { mergeSketches, shareAbove } from '../sketch.ts';

/** How often use exceeded the proposal in the past: share of pod-windows, 0..1; null without data. */
export interface Risk {
  readonly cpu: Reading;
  readonly ram: Reading;
}

/** Replays the days against the proposed requests. */
export function replayRisk(
  days: readonly ContainerDay[],
  proposal: { readonly cpuCores: Reading; readonly ramBytes: Reading },
): Risk {
  const cpu = mergeSketches(days.map((day) => ({ sketch: day.cpu })));
  const ram = mergeSketches(days.map((day) => ({ sketch: day.ram })));
  const { cpuCores, ramBytes } = proposal;
  return {
    cpu: cpuCores === null || cpu.count === 0 ? null : shareAbove(cpu, cpuCores),
    ram: ramBytes === null || ram.count === 0 ? null : shareAbove(ram, ramBytes),
  };
}
