import type { Reading } from '../../../model/reading.ts';
import { DAY_MS, type TimeMs } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import { mergeSketches, shareAbove } from '../../../store/containerDays/sketch.ts';

/** How often use exceeded the proposal in the past: share of pod-windows, 0..1; null without data. */
export interface Risk {
  readonly cpu: Reading;
  readonly ram: Reading;
}

/** Risk looks back on so many days, however many the proposal rests on. */
const DAYS = 14;

/** Replays the last 14 days against the proposed requests. */
export function replayRisk(
  all: readonly ContainerDay[],
  today: TimeMs,
  proposal: { readonly cpuCores: Reading; readonly ramBytes: Reading },
): Risk {
  const days = all.filter(({ day }) => day > today - DAYS * DAY_MS);
  const cpu = mergeSketches(days.map((day) => ({ sketch: day.cpu })));
  const ram = mergeSketches(days.map((day) => ({ sketch: day.ram })));
  const { cpuCores, ramBytes } = proposal;
  return {
    cpu: cpuCores === null || cpu.count === 0 ? null : shareAbove(cpu, cpuCores),
    ram: ramBytes === null || ram.count === 0 ? null : shareAbove(ram, ramBytes),
  };
}
