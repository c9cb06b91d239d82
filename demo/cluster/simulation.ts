import { ceilTo, MINUTE_MS, SECOND_MS, type TimeMs, type Window } from '../../src/model/time.ts';
import type { DemoCluster } from './cluster.ts';
import { NODES } from './nodes.ts';
import {
  emptyContainer,
  emptyNode,
  emptyPod,
  type ContainerReadings,
  type NodeReadings,
  type PodReadings,
  type Readings,
} from './readings.ts';
import { containerLifeAt, type ContainerLife, type DemoPod } from './pods.ts';
import type { Load } from './workload.ts';

/** The simulated cluster is scraped this often. */
export const SCRAPE_MS = 2 * MINUTE_MS;

const MIB = 2 ** 20;
/** CFS periods a second: 100 ms each. */
const PERIODS_PER_SECOND = 10;

interface Counters {
  at: TimeMs;
  cpu: number;
  diskRead: number;
  diskWrite: number;
  periods: number;
  throttled: number;
}

interface PodCounters {
  cpu: number;
  rx: number;
  tx: number;
}

/**
 * Lets the cluster run, scrape by scrape. Loads are functions of time; only the counters are carried, so
 * spans must be asked in their order, and the live exporter goes on where the blocks ended.
 */
export class Simulation {
  readonly #cluster: DemoCluster;
  #containers = new Map<string, Counters>();
  #pods = new Map<string, PodCounters>();
  readonly #nodes = new Map(NODES.map((node) => [node, 0]));
  #cursor = -Infinity;

  constructor(cluster: DemoCluster) {
    this.#cluster = cluster;
  }

  /** The readings with start ≤ time < end. @throws RangeError when the span begins before the last one's end. */
  advance(span: Window): Readings {
    if (span.start < this.#cursor) throw new RangeError('spans must be asked in order');
    this.#cursor = span.end;
    const times: TimeMs[] = [];
    for (let at = ceilTo(span.start, SCRAPE_MS); at < span.end; at += SCRAPE_MS) times.push(at);
    const containers: ContainerReadings[] = [];
    const pods: PodReadings[] = [];
    const nodes = new Map(NODES.map((node) => [node, emptyNode(node, times.length)]));
    // Those that are gone are forgotten with the old maps.
    const containersBefore = this.#containers;
    const podsBefore = this.#pods;
    this.#containers = new Map();
    this.#pods = new Map();
    for (const pod of this.#cluster.pods(span)) {
      const totals = podsBefore.get(pod.uid) ?? { cpu: 0, rx: 0, tx: 0 };
      const own = emptyPod(pod);
      let current: ContainerReadings | null = null;
      let counters: Counters | null = null;
      times.forEach((at, index) => {
        if (at <= pod.createdAt || at > pod.endsAt) return;
        const life = containerLifeAt(pod, at);
        if (current === null || counters === null || current.life.index !== life.index) {
          const key = `${pod.uid}/${life.index}`;
          counters = containersBefore.get(key) ?? newCounters(life);
          this.#containers.set(key, counters);
          current = emptyContainer(pod, life);
          containers.push(current);
        }
        const seconds = (at - counters.at) / SECOND_MS;
        const load = limited(pod, at, life);
        counters.at = at;
        read(current, counters, load, at, seconds);
        totals.cpu += load.cores * seconds;
        totals.rx += load.rx * seconds;
        totals.tx += load.tx * seconds;
        own.times.push(at);
        own.cpuSeconds.push(round(totals.cpu, 1e4));
        own.receiveBytes.push(Math.round(totals.rx));
        own.transmitBytes.push(Math.round(totals.tx));
        const node = nodes.get(pod.node);
        if (node === undefined) return;
        node.cpuSeconds[index] =
          (node.cpuSeconds[index] ?? 0) + load.cores * (SCRAPE_MS / SECOND_MS);
        node.ramBytes[index] = (node.ramBytes[index] ?? 0) + load.ramBytes;
      });
      if (own.times.length > 0) {
        pods.push(own);
        this.#pods.set(pod.uid, totals);
      }
    }
    return {
      span,
      times,
      pods,
      containers,
      nodes: [...nodes.values()].map((one) => this.#total(one)),
    };
  }

  /** Sums up a node's use, scrape after scrape. */
  #total({ node, cpuSeconds, ramBytes }: NodeReadings): NodeReadings {
    let total = this.#nodes.get(node) ?? 0;
    const counter = cpuSeconds.map((used) => {
      total += used;
      return round(total, 1e4);
    });
    this.#nodes.set(node, total);
    return { node, cpuSeconds: counter, ramBytes: ramBytes.map(Math.round) };
  }
}

type LimitedLoad = Load & { readonly throttledShare: number; readonly limitCores: number | null };

/** A limit holds: use above it is cut, and the more was wanted the more periods are throttled. */
function limited(pod: DemoPod, at: TimeMs, { startedAt }: ContainerLife): LimitedLoad {
  const { behaviour, limits } = pod.workload;
  const load = behaviour(at, { seed: pod.seed, replica: pod.replica, startedAt });
  const { cpu: limitCores = null, ramMiB = Infinity } = limits;
  const ramBytes = Math.min(load.ramBytes, ramMiB * MIB * 0.998);
  if (limitCores === null) return { ...load, ramBytes, limitCores, throttledShare: 0 };
  const pressure = load.cores / limitCores;
  const throttledShare = pressure < 0.9 ? 0 : Math.min(1, 0.2 + (pressure - 0.9) * 4);
  const cores = Math.min(load.cores, limitCores);
  return { ...load, cores, ramBytes, limitCores, throttledShare };
}

function read(
  into: ContainerReadings,
  counters: Counters,
  load: LimitedLoad,
  at: TimeMs,
  seconds: number,
): void {
  counters.cpu += load.cores * seconds;
  counters.diskRead += load.diskRead * seconds;
  counters.diskWrite += load.diskWrite * seconds;
  into.times.push(at);
  into.cpuSeconds.push(round(counters.cpu, 1e4));
  into.ramBytes.push(Math.round(load.ramBytes));
  into.diskReadBytes.push(Math.round(counters.diskRead));
  into.diskWriteBytes.push(Math.round(counters.diskWrite));
  if (load.limitCores !== null) {
    // A period counts only if the container wanted to run in it.
    const periods = PERIODS_PER_SECOND * seconds * Math.min(1, 0.05 + 4 * load.cores);
    counters.periods += periods;
    counters.throttled += periods * load.throttledShare;
    into.periods.push(Math.round(counters.periods));
    into.throttledPeriods.push(Math.round(counters.throttled));
  }
  if (load.gpu !== undefined) {
    into.gpu.push(load.gpu);
    into.tensor.push(load.tensor ?? 0);
  }
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

function newCounters({ startedAt }: ContainerLife): Counters {
  return { at: startedAt, cpu: 0, diskRead: 0, diskWrite: 0, periods: 0, throttled: 0 };
}
