import { containerKey } from '../../../src/model/workload.ts';
import { Edges, type Rule } from './rule.ts';

const DAY_WINDOWS = 288;
const WINDOWS = 4;
const SIGMAS = 6;
const SILENT_BYTES = 2_000;
/** Less than this is nothing (a tenth of a core was caught). */
const MIN_CORES = 0.03;

interface Past {
  readonly cores: number[];
  readonly bytes: number[];
  novel: number;
  extraBytes: number;
  extraCores: number;
  netSeen: number;
  /** Medians and threshold, computed anew every hour. */
  median: number;
  usualBytes: number;
  line: number;
  age: number;
}

/**
 * The floor that any detector has to beat (facts): novel against the workload's own 24-hour median and
 * MAD, frozen while novel, and less than 2 kB of extra network and disk bytes per extra core-second, and
 * some network at all, over four windows of five minutes. Sums over the pods of a workload. To its credit, a
 * workload that appears after the first day has a normal of nothing.
 */
export function floorRule(): Rule {
  const past = new Map<string, Past>();
  const edges = new Edges();
  let windows = 0;
  return {
    name: 'floor rule (novel and silent)',
    *look(snapshot) {
      windows++;
      const now = new Map<
        string,
        { namespace: string; cores: number; bytes: number; net: number }
      >();
      for (const pod of snapshot.pods) {
        const net =
          (pod.networkReceiveBytesPerSecond ?? 0) + (pod.networkTransmitBytesPerSecond ?? 0);
        for (const container of pod.containers) {
          const key = containerKey(pod.namespace, pod.workload, container.name);
          const one = now.get(key) ?? { namespace: pod.namespace, cores: 0, bytes: 0, net: 0 };
          one.cores += container.cpuUsageCores ?? 0;
          one.net += net;
          one.bytes +=
            net +
            (container.diskReadBytesPerSecond ?? 0) +
            (container.diskWriteBytesPerSecond ?? 0);
          now.set(key, one);
        }
      }
      const alarming = new Map<string, string>();
      for (const [key, { namespace, cores, bytes, net }] of now) {
        const one = past.get(key) ?? fresh(windows > DAY_WINDOWS);
        past.set(key, one);
        if (one.cores.length >= DAY_WINDOWS && (one.age++ % 12 === 0 || one.line === Infinity))
          recompute(one);
        const isNovel = cores > one.line;
        if (isNovel) {
          one.novel++;
          one.extraCores += cores - one.median;
          one.extraBytes += Math.max(0, bytes - one.usualBytes);
          one.netSeen += net;
          const isSilent = one.extraBytes < SILENT_BYTES * one.extraCores;
          if (one.novel >= WINDOWS && isSilent && one.netSeen > 0) alarming.set(key, namespace);
        } else {
          one.novel = one.extraCores = one.extraBytes = one.netSeen = 0;
          push(one.cores, cores);
          push(one.bytes, bytes);
        }
      }
      for (const key of edges.next(new Set(alarming.keys()))) yield alarming.get(key) ?? '';
    },
  };
}

function fresh(isNew: boolean): Past {
  return {
    cores: isNew ? Array.from({ length: DAY_WINDOWS }, () => 0) : [],
    bytes: isNew ? Array.from({ length: DAY_WINDOWS }, () => 0) : [],
    novel: 0,
    extraBytes: 0,
    extraCores: 0,
    netSeen: 0,
    median: 0,
    usualBytes: 0,
    line: Infinity,
    age: 0,
  };
}

function recompute(one: Past): void {
  one.median = median(one.cores);
  one.usualBytes = median(one.bytes);
  const mad = median(one.cores.map((value) => Math.abs(value - one.median)));
  one.line = one.median + Math.max(SIGMAS * 1.4826 * mad, MIN_CORES, 0.15 * one.median);
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > DAY_WINDOWS) values.shift();
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
