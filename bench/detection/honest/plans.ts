import type { Random } from '../../random.ts';
import { clock, DAY_MS, drifting, MIB, traffic, type Flow } from '../workload.ts';

/** One honest way to use CPU. `make` draws its parameters; the flow is for one pod and window. */
export interface Archetype {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job' | 'Pod';
  readonly replicas: readonly [number, number];
  readonly isUndecidable?: boolean;
  /** Seen by one split only; both when left out. */
  readonly only?: 'tuning' | 'held-out';
  /** Share of the world's time after which it first exists (new honest workloads), 0 for always. */
  readonly born?: readonly [number, number];
  make(random: Random, days: readonly [from: number, to: number]): Plan;
}

export interface Plan {
  readonly limit: number | null;
  readonly request: number | null;
  readonly ramLimit: number | null;
  /** True for pods in their node's network. */
  readonly hostNetwork?: boolean;
  /** True for containers with all privileges, where specs are known. */
  readonly privileged?: boolean;
  /** Replicas at a time, where they change. */
  replicas?(start: number): number;
  /** Null while it does not run. `replica` counts from 0; `wanted` cores may exceed the limit. */
  flow(start: number, replica: number, random: Random): Flow | null;
  /** Repository of the image at a time, where it is not the archetype's own (a registry that is left). */
  repository?(start: number): string;
  /** What is added to the workload's name at a time (a workload that is renamed). */
  suffix?(start: number): string;
  /** Tag of the image at a time (releases). */
  tag?(start: number): string;
  /** Generation of the pods at a time: pods of a new one have just been created (rollouts). */
  generation?(start: number): number;
  /** A second container of the pods of the last generation, beside what the main one does. */
  sideCar?(start: number, main: Flow, random: Random): SideCar | null;
}

/** What stands beside the main container; its traffic is the pod's, and so already in the main one's flow. */
export interface SideCar {
  readonly name: string;
  readonly image: string;
  readonly limit: number | null;
  readonly request: number | null;
  readonly ramLimit: number | null;
  readonly flow: Flow;
}

/** Bytes for so many core-seconds: split into directions. */
export function io(
  cores: number,
  perCore: number,
  kind: 'net' | 'disk' | 'both',
  random: Random,
): Partial<Flow> {
  const bytes = cores * perCore * random.noise(0.15);
  if (kind === 'net')
    return { rx: bytes * 0.3 + 40, tx: bytes * 0.7 + 60, diskRead: 0, diskWrite: 300 };
  if (kind === 'disk') return { rx: 150, tx: 200, diskRead: bytes * 0.6, diskWrite: bytes * 0.4 };
  return {
    rx: bytes * 0.3 + 40,
    tx: bytes * 0.2 + 60,
    diskRead: bytes * 0.3,
    diskWrite: bytes * 0.2,
  };
}

export function flowOf(cores: number, ram: number, rest: Partial<Flow>): Flow {
  return { cores, ram, rx: 80, tx: 120, diskRead: 0, diskWrite: 200, ...rest };
}

/** So many times the requests: their CPU and their bytes. */
export function timesAsMuch(flow: Flow, times: number): Flow {
  return {
    ...flow,
    cores: flow.cores * times,
    rx: (flow.rx ?? 0) * times,
    tx: (flow.tx ?? 0) * times,
  };
}

/** Serves requests: CPU and bytes follow the traffic. */
export function service(
  random: Random,
  perCore: number,
  mean: number,
  limit: number,
  growth = 0,
): Plan {
  const depth = random.between(0.1, 0.8);
  const weekend = random.between(0.4, 1);
  const wobble = drifting(random, random.between(0.05, 0.2), 0.92);
  const phase = random.between(-3, 3) * 3_600_000;
  const ram = random.between(100, 900) * MIB;
  let at = -1;
  let load = 1;
  let origin = 0;
  return {
    limit,
    request: limit / random.between(1.5, 5),
    ramLimit: ram * random.between(1.2, 3),
    flow(start, _, random) {
      if (start !== at) {
        if (at < 0) origin = start;
        load =
          traffic(start + phase, depth, weekend) *
          wobble() *
          (1 + (growth * (start - origin)) / (7 * DAY_MS));
        at = start;
      }
      const cores = mean * load * random.noise(0.08);
      return flowOf(cores, ram * random.noise(0.01), io(load * mean, perCore, 'net', random));
    },
  };
}

/** A batch that runs from `begin` for `hours`, on the days that `on` allows. */
export function batch(
  random: Random,
  perCore: number,
  cores: number,
  limit: number | null,
  kind: 'net' | 'disk' | 'both',
  when: (start: number) => boolean,
  idle: number | null,
): Plan {
  const wobble = drifting(random, 0.12, 0.7);
  const ram = random.between(200, 2000) * MIB;
  return {
    limit,
    request: cores / 2,
    ramLimit: ram * 2,
    flow(start, _, random) {
      if (!when(start)) {
        return idle === null
          ? null
          : flowOf(idle * random.noise(0.2), ram * 0.5, io(idle, 50_000, 'net', random));
      }
      const used = cores * wobble();
      return flowOf(used, ram * random.noise(0.02), io(used, perCore, kind, random));
    },
  };
}

export function nightly(random: Random): (start: number) => boolean {
  const begin = random.between(0, 5);
  const hours = random.between(0.3, 3);
  return (start) => {
    const { hour, date } = clock(start);
    const jitter = ((date * 7919) % 13) / 60;
    return hour >= begin + jitter && hour < begin + jitter + hours * (1 + ((date * 31) % 5) / 20);
  };
}

export function weekly(random: Random): (start: number) => boolean {
  const weekday = random.int(0, 6);
  const begin = random.between(0, 20);
  const hours = random.between(0.5, 4);
  return (start) => {
    const { hour, day } = clock(start);
    return day === weekday && hour >= begin && hour < begin + hours;
  };
}

export function bursts(
  random: Random,
  perDay: number,
  minutes: readonly [number, number],
): (start: number) => boolean {
  let until = -1;
  let at = -1;
  let on = false;
  return (start) => {
    if (start === at) return on;
    at = start;
    if (start >= until && random.next() < perDay / 288)
      until = start + random.between(minutes[0], minutes[1]) * 60_000;
    on = start < until;
    return on;
  };
}

/** A time within the later half of the world's days. */
export function later(random: Random, [from, to]: readonly [number, number]): number {
  return from + (to - from) * random.between(0.55, 0.92);
}

/** Noise that lasts, of each replica by itself. */
export function driftingApart(
  random: Random,
  cv: number,
  memory: number,
): (start: number, replica: number) => number {
  const noises = new Map<number, { at: number; value: number; next: () => number }>();
  return (start, replica) => {
    const noise = noises.get(replica) ?? { at: -1, value: 1, next: drifting(random, cv, memory) };
    if (noise.at !== start) {
      noise.at = start;
      noise.value = noise.next();
    }
    noises.set(replica, noise);
    return noise.value;
  };
}
