import type { Reading } from '../../model/reading.ts';
import type { Window } from '../../model/time.ts';
import { countBefore, type Samples } from './samples.ts';

export interface WorkingSet {
  /** Over the time that its samples stand for. */
  readonly average: Reading;
  readonly peak: Reading;
}

/** The working set by time: each sample stands for the time up to half-way to the next, whatever series has it. */
export function workingSet(series: readonly Samples[], window: Window): WorkingSet {
  const samples = new Map<number, number>();
  let peak: Reading = null;
  for (const { times, values } of series) {
    const to = countBefore(times, window.end + 1);
    for (let index = countBefore(times, window.start + 1); index < to; index++) {
      const [time, bytes] = [times[index] ?? 0, values[index] ?? 0];
      samples.set(time, Math.max(bytes, samples.get(time) ?? 0));
      peak = Math.max(bytes, peak ?? bytes);
    }
  }
  const times = [...samples.keys()].sort((a, b) => a - b);
  if (times.length < 2) return { average: peak, peak };
  let bytes = 0;
  let weight = 0;
  times.forEach((time, index) => {
    const span = ((times[index + 1] ?? time) - (times[index - 1] ?? time)) / 2;
    bytes += (samples.get(time) ?? 0) * span;
    weight += span;
  });
  return { average: bytes / weight, peak };
}
