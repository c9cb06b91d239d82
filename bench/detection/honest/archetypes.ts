import type { Random } from '../../../src/demo/random.ts';
import { clock, DAY_MS, drifting, MIB, traffic, type Flow } from '../workload.ts';

/** One honest way to use CPU. `make` draws its parameters; the flow is for one pod and window. */
export interface Archetype {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job' | 'Pod';
  readonly replicas: readonly [number, number];
  readonly isUndecidable?: boolean;
  /** Share of the world's time after which it first exists (new honest workloads), 0 for always. */
  readonly born?: readonly [number, number];
  make(random: Random, days: readonly [from: number, to: number]): Plan;
}

export interface Plan {
  readonly limit: number | null;
  readonly request: number | null;
  readonly ramLimit: number | null;
  /** Replicas at a time, where they change. */
  replicas?(start: number): number;
  /** Null while it does not run. `replica` counts from 0; `wanted` cores may exceed the limit. */
  flow(start: number, replica: number, random: Random): Flow | null;
  /** Tag of the image at a time (releases). */
  tag?(start: number): string;
  /** Generation of the pods at a time: pods of a new one have just been created (rollouts). */
  generation?(start: number): number;
}

/** Bytes for so many core-seconds: split into directions. */
function io(
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

function flowOf(cores: number, ram: number, rest: Partial<Flow>): Flow {
  return { cores, ram, rx: 80, tx: 120, diskRead: 0, diskWrite: 200, ...rest };
}

/** Serves requests: CPU and bytes follow the traffic. */
function service(random: Random, perCore: number, mean: number, limit: number, growth = 0): Plan {
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
function batch(
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

function nightly(random: Random): (start: number) => boolean {
  const begin = random.between(0, 5);
  const hours = random.between(0.3, 3);
  return (start) => {
    const { hour, date } = clock(start);
    const jitter = ((date * 7919) % 13) / 60;
    return hour >= begin + jitter && hour < begin + jitter + hours * (1 + ((date * 31) % 5) / 20);
  };
}

function weekly(random: Random): (start: number) => boolean {
  const weekday = random.int(0, 6);
  const begin = random.between(0, 20);
  const hours = random.between(0.5, 4);
  return (start) => {
    const { hour, day } = clock(start);
    return day === weekday && hour >= begin && hour < begin + hours;
  };
}

function bursts(
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
function later(random: Random, [from, to]: readonly [number, number]): number {
  return from + (to - from) * random.between(0.55, 0.92);
}

export const ARCHETYPES: readonly Archetype[] = [
  {
    name: 'web',
    kind: 'Deployment',
    replicas: [1, 6],
    make: (r) => service(r, r.between(3e5, 2e7), r.between(0.02, 0.8), 2),
  },
  {
    name: 'costly-api',
    kind: 'Deployment',
    replicas: [2, 8],
    make: (r) => service(r, r.between(5e4, 3e5), r.between(0.2, 1), 2),
  },
  {
    name: 'growing',
    kind: 'Deployment',
    replicas: [1, 3],
    make: (r) => service(r, r.between(2e5, 5e6), r.between(0.1, 0.4), 2, r.between(0.2, 0.8)),
  },
  {
    name: 'new-service',
    kind: 'Deployment',
    replicas: [1, 4],
    born: [0.5, 0.8],
    make: (r) => service(r, r.between(2e5, 8e6), r.between(0.03, 0.6), 1),
  },
  {
    name: 'jvm-at-memory-limit',
    kind: 'Deployment',
    replicas: [1, 3],
    make(r, days) {
      const plan = service(r, r.between(3e5, 3e6), r.between(0.05, 0.3), 1);
      const ram = 1024 * MIB;
      const thrash = bursts(r, 1.2, [10, 180]);
      const since = later(r, days);
      return {
        ...plan,
        ramLimit: ram,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          const near = start >= since;
          flow.ram = ram * (near ? 0.985 : 0.8);
          if (near && thrash(start)) flow.cores = Math.max(flow.cores, 0.95 * random.noise(0.04));
          return flow;
        },
      };
    },
  },
  {
    name: 'nightly-etl-cronjob',
    kind: 'CronJob',
    replicas: [1, 1],
    make: (r) => batch(r, r.between(5e5, 2e7), r.between(0.5, 2), 2, 'both', nightly(r), null),
  },
  {
    name: 'nightly-etl-inside',
    kind: 'Deployment',
    replicas: [1, 1],
    make: (r) =>
      batch(
        r,
        r.between(5e5, 2e7),
        r.between(0.4, 1.5),
        2,
        'both',
        nightly(r),
        r.between(0.01, 0.1),
      ),
  },
  {
    name: 'weekly-report',
    kind: 'CronJob',
    replicas: [1, 1],
    make: (r) => batch(r, r.between(2e5, 5e6), r.between(0.5, 2), 2, 'both', weekly(r), null),
  },
  {
    name: 'weekly-compaction',
    kind: 'StatefulSet',
    replicas: [1, 3],
    make: (r) =>
      batch(
        r,
        r.between(2e6, 3e7),
        r.between(0.3, 1.5),
        4,
        'disk',
        weekly(r),
        r.between(0.05, 0.2),
      ),
  },
  {
    name: 'nightly-backup',
    kind: 'StatefulSet',
    replicas: [1, 1],
    make: (r) =>
      batch(
        r,
        r.between(5e6, 4e7),
        r.between(0.2, 0.9),
        2,
        'both',
        nightly(r),
        r.between(0.05, 0.2),
      ),
  },
  {
    name: 'ci-runner',
    kind: 'Deployment',
    replicas: [2, 6],
    make: (r) =>
      batch(r, r.between(3e5, 6e6), r.between(0.8, 2), 2, 'both', bursts(r, 14, [4, 40]), 0.01),
  },
  {
    name: 'transcoder',
    kind: 'Deployment',
    replicas: [1, 4],
    make: (r) =>
      batch(r, r.between(2e5, 1.5e6), r.between(2, 3.2), 3, 'both', bursts(r, 5, [15, 240]), 0.01),
  },
  {
    name: 'noisy-batch',
    kind: 'Deployment',
    replicas: [1, 1],
    make: (r) =>
      batch(r, r.between(1e5, 4e6), r.between(0.2, 1.2), 2, 'both', bursts(r, 30, [3, 25]), 0.02),
  },
  {
    name: 'cron-inside',
    kind: 'Deployment',
    replicas: [1, 1],
    make(r) {
      const every = r.pick([15, 30, 60]);
      const on = (start: number): boolean => (start / 60_000) % every < 5;
      return batch(r, r.between(2e4, 2e6), r.between(0.1, 0.8), 1, 'both', on, 0.01);
    },
  },
  {
    name: 'video-calls',
    kind: 'Deployment',
    replicas: [2, 5],
    make(r) {
      const plan = service(r, r.between(2e6, 1e7), r.between(0.05, 0.2), 4);
      const call = bursts(r, 8, [20, 90]);
      return {
        ...plan,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          if (!call(start)) return flow;
          const extra = random.between(0.8, 1.6);
          return {
            ...flow,
            cores: flow.cores + extra,
            rx: (flow.rx ?? 0) + extra * 4e6,
            tx: (flow.tx ?? 0) + extra * 5e6,
          };
        },
      };
    },
  },
  {
    name: 'load-test',
    kind: 'Deployment',
    replicas: [2, 4],
    make(r, days) {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.1, 0.3), 2);
      const at = later(r, days);
      const until = at + r.between(0.5, 4) * 3_600_000;
      const factor = r.between(3, 6);
      return {
        ...plan,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          if (start < at || start >= until) return flow;
          // Saturation costs: CPU rises a little more than the requests.
          return {
            ...flow,
            cores: flow.cores * factor * 1.1,
            rx: (flow.rx ?? 0) * factor,
            tx: (flow.tx ?? 0) * factor,
          };
        },
      };
    },
  },
  {
    name: 'rollout',
    kind: 'Deployment',
    replicas: [4, 16],
    make(r, days) {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.05, 0.3), 1);
      const times = [later(r, days), later(r, days), later(r, days)].sort((a, b) => a - b);
      const generation = (start: number): number => times.filter((time) => start >= time).length;
      return {
        ...plan,
        generation,
        tag: (start) => `v${generation(start)}`,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          const since = times.filter((time) => start >= time).at(-1) ?? 0;
          // One pod after the other warms up for two or three minutes at its limit.
          const mine = since + replica * 240_000;
          return start <= mine && mine < start + 300_000
            ? { ...flow, cores: flow.cores + 0.5 }
            : flow;
        },
      };
    },
  },
  {
    name: 'autoscaled',
    kind: 'Deployment',
    replicas: [2, 2],
    make(r) {
      const mean = r.between(0.2, 0.5);
      const plan = service(r, r.between(3e5, 5e6), mean, 1);
      const depth = r.between(2, 8);
      return {
        ...plan,
        replicas: (start) =>
          Math.max(
            2,
            Math.round(
              2 + depth * Math.max(0, Math.sin(((clock(start).hour - 9) / 24) * 2 * Math.PI)),
            ),
          ),
      };
    },
  },
  {
    name: 'poller',
    kind: 'Deployment',
    replicas: [1, 2],
    make: (r) => service(r, r.between(1e4, 1e5), r.between(0.01, 0.15), 0.5),
  },
  {
    name: 'log-shipper',
    kind: 'DaemonSet',
    replicas: [6, 12],
    make: (r) => service(r, r.between(1e6, 1e7), r.between(0.02, 0.2), 0.5),
  },
  {
    name: 'idle',
    kind: 'Deployment',
    replicas: [1, 3],
    make: (r) => service(r, 1e5, r.between(0.0005, 0.005), 0.5),
  },
  {
    name: 'busy-from-the-start',
    kind: 'Deployment',
    replicas: [1, 2],
    make: (r) => batch(r, r.between(1.5e4, 3e5), r.between(0.9, 1.4), 1, 'net', () => true, null),
  },
  {
    name: 'ci-jobs',
    kind: 'Job',
    replicas: [1, 4],
    make: (r) =>
      batch(r, r.between(3e5, 5e6), r.between(0.5, 1.8), 2, 'both', bursts(r, 10, [4, 30]), null),
  },
  {
    name: 'batch-swarm',
    kind: 'Job',
    replicas: [20, 40],
    make(r, days) {
      const at = later(r, days);
      const until = at + r.between(1, 5) * 3_600_000;
      return batch(
        r,
        r.between(2e4, 2e6),
        r.between(0.5, 1),
        1,
        'both',
        (start) => start >= at && start < until,
        null,
      );
    },
  },
  {
    name: 'etl-pods',
    kind: 'Pod',
    replicas: [1, 6],
    make: (r) => batch(r, r.between(3e5, 8e6), r.between(0.3, 1), 1, 'both', nightly(r), null),
  },
  {
    name: 'cpu-training',
    kind: 'Job',
    replicas: [1, 1],
    make(r, days) {
      const at = later(r, days);
      const until = at + r.between(3, 12) * 3_600_000;
      const plan = batch(
        r,
        r.between(2e3, 2e5),
        r.between(3, 3.9),
        4,
        'disk',
        (start) => start >= at && start < until,
        null,
      );
      return plan;
    },
  },
  {
    name: 'gpu-training',
    kind: 'Job',
    replicas: [1, 2],
    make(r, days) {
      const at = later(r, days);
      const until = at + r.between(4, 20) * 3_600_000;
      const plan = batch(
        r,
        r.between(1e5, 3e6),
        r.between(0.6, 1.5),
        4,
        'disk',
        (start) => start >= at && start < until,
        null,
      );
      return {
        ...plan,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random);
          return flow === null
            ? null
            : { ...flow, gpu: random.between(0.75, 0.98), tensor: random.between(0.15, 0.6) };
        },
      };
    },
  },
  {
    name: 'stuck-loop',
    kind: 'Deployment',
    replicas: [1, 5],
    isUndecidable: true,
    make(r, days) {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.05, 0.3), 2);
      const at = later(r, days);
      const until = at + r.between(2, 20) * 3_600_000;
      return {
        ...plan,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          return replica === 0 && start >= at && start < until
            ? { ...flow, cores: flow.cores + random.noise(0.005) }
            : flow;
        },
      };
    },
  },
  {
    name: 'costly-release',
    kind: 'Deployment',
    replicas: [2, 6],
    isUndecidable: true,
    make(r, days) {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.1, 0.3), 2);
      const at = later(r, days);
      return {
        ...plan,
        generation: (start) => (start >= at ? 1 : 0),
        tag: (start) => (start >= at ? 'v2' : 'v1'),
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          return start >= at ? { ...flow, cores: flow.cores * 3 } : flow;
        },
      };
    },
  },
];
