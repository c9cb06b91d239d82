import { clock, MIB, type Flow } from '../workload.ts';
import { ARCHETYPES_OF_GAPS } from './archetypesOfGaps.ts';
import { ARCHETYPES_HELD_OUT } from './archetypesHeldOut.ts';
import { ARCHETYPES_OF_RELEASES } from './archetypesOfReleases.ts';
import { HELD_OUT_WORK } from './heldOutWork.ts';
import { TUNING_WORK } from './tuningWork.ts';
import { ARCHETYPES_OF_TUNING } from './archetypesTuning.ts';
import { batch, bursts, later, nightly, service, weekly, type Archetype } from './plans.ts';

const COMMON: readonly Archetype[] = [
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

/** Every honest way to use CPU that is simulated. */
export const ARCHETYPES: readonly Archetype[] = [
  ...COMMON,
  ...ARCHETYPES_OF_GAPS,
  ...ARCHETYPES_HELD_OUT,
  ...ARCHETYPES_OF_TUNING,
  ...ARCHETYPES_OF_RELEASES,
  ...TUNING_WORK,
  ...HELD_OUT_WORK,
];
