import { bytesAfterOom } from '../../src/detect/rightsize/advice/memoryRequest.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { DecayingHistogram, VPA_CPU, VPA_MEMORY } from './vpaHistogram.ts';

const MIB = 2 ** 20;

/** What one pod used: cores and bytes by sample, oldest first, `stepMs` apart. */
export interface PodUse {
  readonly cores: readonly number[];
  readonly bytes: readonly number[];
}

export interface Proposal {
  readonly cpuCores: number;
  readonly ramBytes: number;
}

/**
 * KRR's `simple` strategy as its README and `robusta_krr/strategies/simple.py` have it: CPU the largest over the pods
 * of each pod's percentile, memory the largest peak and 15 %, rounded up to whole millicores and MB, floors
 * of 10 m and 100 MB. The percentile was 99 in its earlier versions and is 95 in the present ones.
 */
export function krrSimple(pods: readonly PodUse[], percentile: number): Proposal {
  const cores = Math.max(...pods.map((pod) => interpolated(pod.cores, percentile)));
  const bytes = Math.max(...pods.map((pod) => pod.bytes.reduce((a, b) => Math.max(a, b), 0)));
  return {
    cpuCores: Math.max(0.01, Math.ceil(cores * 1000 - 1e-9) / 1000),
    ramBytes: Math.max(100e6, Math.ceil((bytes * 1.15) / 1e6) * 1e6),
  };
}

/** numpy's `percentile`: linear between the two nearest ranks. */
function interpolated(values: readonly number[], percentile: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (percentile / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  return low + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] ?? low) - low);
}

const MARGIN = 1.15;
const TARGET = 0.9;
/** A CPU sample weighs as much as the request in force, and at least this. */
const LEAST_WEIGHT = 0.1;

/**
 * VPA's target (recommender FAQ and source): CPU the 90th percentile of a histogram of all pods' samples of eight
 * days, memory that of each pod's daily peaks, both with a half-life of a day, and 15 %; at least 25 m and 250 MiB a pod.
 *
 * @param requestCores the request in force while the samples were taken, by which they are weighed.
 */
export function vpaTarget(pods: readonly PodUse[], stepMs: number, requestCores: number): Proposal {
  return vpaBounds(pods, stepMs, requestCores).target;
}

/**
 * VPA's lower bound, target and upper bound (recommender `estimator.go`): percentiles 50, 90 and 95, the bounds widened
 * by the days of history: × (1 + 0.001 / days)^-2 and × (1 + 1 / days).
 */
export function vpaBounds(
  pods: readonly PodUse[],
  stepMs: number,
  requestCores: number,
): Readonly<Record<'lower' | 'target' | 'upper', Proposal>> {
  const cpu = DecayingHistogram.exponential(VPA_CPU, DAY_MS);
  const memory = DecayingHistogram.exponential(VPA_MEMORY, DAY_MS);
  const perDay = DAY_MS / stepMs;
  for (const pod of pods) {
    const first = Math.max(0, pod.cores.length - 8 * perDay);
    for (let at = first; at < pod.cores.length; at += 1)
      cpu.add(pod.cores[at]!, Math.max(requestCores, LEAST_WEIGHT), at * stepMs);
    for (let from = first; from < pod.bytes.length; from += perDay) {
      const day = pod.bytes.slice(from, from + perDay);
      memory.add(Math.max(...day), 1, (from + perDay) * stepMs);
    }
  }
  const days = Math.min(8, ((pods[0]?.cores.length ?? 0) * stepMs) / DAY_MS);
  const at = (percentile: number, factor: number): Proposal => ({
    cpuCores: Math.max(0.025, cpu.percentile(percentile) * MARGIN * factor),
    ramBytes: Math.max(250 * MIB, memory.percentile(percentile) * MARGIN * factor),
  });
  return {
    lower: at(0.5, (1 + 0.001 / days) ** -2),
    target: at(TARGET, 1),
    upper: at(0.95, 1 + 1 / days),
  };
}

/** KRR's `simple_limit`: the request at P66 and the limit at P96 of CPU, both at the peak and 15 % of memory. */
export function krrLimit(pods: readonly PodUse[]): { readonly cpuLimitCores: number } & Proposal {
  return { ...krrSimple(pods, 66), cpuLimitCores: krrSimple(pods, 96).cpuCores };
}

/**
 * The sample that VPA adds to its memory peaks after an OOM kill (`RecordOOM`): the larger of the request and the
 * peak seen so far, and what comes on top.
 */
export function vpaOomSample(requestBytes: number, peakBytes: number): number {
  return bytesAfterOom(Math.max(requestBytes, peakBytes));
}
