import type { Reading } from '../../model/reading.ts';
import { SECOND_MS, type TimeMs, type Window } from '../../model/time.ts';
import type { CounterSource } from '../measure/lives.ts';
import { countBefore, inView, viewOf, type Samples } from '../measure/samples.ts';
import type { RawSeries } from '../prometheus/rawSamples.ts';
import { samplesWhere } from './boundBatch.ts';
import { JITTER_MS } from './bounds.ts';
import type { Refusal } from './refusals.ts';

/** What a node has, as far as it is known: no container on it has more. */
export interface NodeSize {
  readonly cpuCores: Reading;
  readonly ramBytes: Reading;
}

export const UNKNOWN_SIZE: NodeSize = { cpuCores: null, ramBytes: null };

/** What is believed of some series, and what is not. */
export interface Believed<T> {
  readonly believed: readonly T[];
  readonly refused: readonly Refusal[];
}

/** Capacity is reported after the kernel has taken its part of the memory. */
const RAM_TOLERANCE = 1.1;
const CPU_METRIC = 'container_cpu_usage_seconds_total';
const RAM_METRIC = 'container_memory_working_set_bytes';

/** CPU seconds that a node can give within a time. */
export function possibleCpuSeconds(cores: number, timeMs: TimeMs): number {
  return (cores * (timeMs + JITTER_MS)) / SECOND_MS;
}

/** Leaves out the counters that grow faster in a window than the node has cores. */
export function believableCounters(
  sources: readonly CounterSource<RawSeries>[],
  { window, aheadMs }: { readonly window: Window; readonly aheadMs: TimeMs },
  { cpuCores }: NodeSize,
): Believed<CounterSource<RawSeries>> {
  if (cpuCores === null) return { believed: sources, refused: [] };
  const refused: Refusal[] = [];
  const view = viewOf(window, aheadMs);
  const believed = sources.filter(({ samples }) => {
    const { times, values } = samples;
    const { from, to } = inView(times, window, view);
    const timeMs = from < to ? times[to - 1]! - times[from]! : 0;
    const grown = growth(values, from, to);
    if (grown <= possibleCpuSeconds(cpuCores, timeMs)) return true;
    const value = grown / (Math.max(timeMs, SECOND_MS) / SECOND_MS);
    const because = `that is its growth per second, and its node has ${cpuCores} cores`;
    refused.push({ metric: CPU_METRIC, labels: samples.labels, value, because });
    return false;
  });
  return { believed, refused };
}

/** A counter that falls has begun anew. */
function growth(values: Float64Array, from: number, to: number): number {
  let grown = 0;
  for (let index = from + 1; index < to; index++) {
    const before = values[index - 1]!;
    const now = values[index]!;
    grown += now >= before ? now - before : now;
  }
  return grown;
}

/** Leaves out the sizes of a window that are larger than the node's memory. */
export function believableSizes(
  series: readonly RawSeries[],
  window: Window,
  { ramBytes }: NodeSize,
): Believed<Samples> {
  const most = ramBytes === null ? Infinity : ramBytes * RAM_TOLERANCE;
  const refused: Refusal[] = [];
  const believed = series.map((one) => {
    const from = countBefore(one.times, window.start + 1);
    const to = countBefore(one.times, window.end + 1);
    const value = one.values.subarray(from, to).find((size) => size > most);
    if (value === undefined) return one;
    const because = `its node has ${ramBytes} bytes of memory`;
    refused.push({ metric: RAM_METRIC, labels: one.labels, value, because });
    return samplesWhere(one, (size) => size <= most);
  });
  return { believed, refused };
}
