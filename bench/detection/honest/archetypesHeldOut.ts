import { clock, DAY_MS, MIB, type Flow } from '../workload.ts';
import {
  batch,
  bursts,
  flowOf,
  io,
  later,
  service,
  timesAsMuch,
  type Archetype,
  type SideCar,
} from './plans.ts';

/** Kinds of workloads that get the same proxy, and how many days after the first of them. */
const PROXIED: readonly (readonly [Archetype['kind'], number])[] = [
  ['Deployment', 0],
  ['StatefulSet', 3],
  ['Deployment', 3],
  ['DaemonSet', 4],
  ['StatefulSet', 4],
];

/**
 * A mesh of other habits than the tuning split's: first beside one workload, days later beside the others;
 * its CPU goes with the bytes (less than in proportion), not with the application's CPU, and it has no limit.
 */
const PROXY_ROLLOUT: readonly Archetype[] = PROXIED.map(([kind, days], order) => ({
  name: `proxy-rollout-${order}`,
  only: 'held-out',
  kind,
  replicas: [1, 5],
  make(r, [from, to]) {
    const plan = service(r, r.between(1e5, 1e7), r.between(0.05, 0.8), 2);
    const first = Math.floor((from + (to - from) * 0.55) / DAY_MS) * DAY_MS;
    const at = first + days * DAY_MS + r.between(6, 18) * 3_600_000;
    const idle = r.between(0.002, 0.02);
    const scale = r.between(0.05, 0.4);
    const usual = r.between(1e5, 1e6);
    return {
      ...plan,
      generation: (start) => (start >= at ? 1 : 0),
      sideCar(_, main, random): SideCar {
        const bytes = (main.rx ?? 0) + (main.tx ?? 0);
        const cores = (idle + scale * (bytes / usual) ** 0.85) * random.noise(0.15);
        const most = 0.6 * main.cores + idle;
        return {
          name: 'proxy',
          image: 'registry.example.com/platform/l7-proxy:9',
          limit: null,
          request: 0.05,
          ramLimit: null,
          flow: {
            cores: Math.min(cores, most * random.noise(0.1)),
            rx: null,
            tx: null,
            diskRead: 0,
            diskWrite: 900,
            ram: 90 * MIB,
          },
        };
      },
    };
  },
}));

/** Honest workloads that nothing was ever tuned on: they are scored, and not looked at one by one. */
export const ARCHETYPES_HELD_OUT: readonly Archetype[] = [
  ...PROXY_ROLLOUT,
  {
    name: 'inference',
    only: 'held-out',
    kind: 'Deployment',
    replicas: [1, 4],
    make: (r) => service(r, r.between(2e4, 2e5), r.between(0.5, 1.8), 4),
  },
  {
    name: 'leader-among-followers',
    only: 'held-out',
    kind: 'StatefulSet',
    replicas: [3, 5],
    make(r, days) {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.05, 0.2), 2);
      const at = later(r, days);
      return {
        ...plan,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          const leader = start < at ? 0 : 1;
          const times = replica === leader ? 4 : 1;
          return timesAsMuch(flow, times);
        },
      };
    },
  },
  {
    name: 'weekend-batch',
    only: 'held-out',
    kind: 'StatefulSet',
    replicas: [1, 1],
    make(r) {
      const from = r.between(0, 12);
      const hours = r.between(2, 9);
      return batch(
        r,
        r.between(2e5, 8e6),
        r.between(0.5, 1.6),
        2,
        'both',
        (start) => {
          const { day, hour } = clock(start);
          return day === 5 && hour >= from && hour < from + hours;
        },
        r.between(0.02, 0.15),
      );
    },
  },
  {
    name: 'build-cache-deployment',
    only: 'held-out',
    kind: 'Deployment',
    replicas: [1, 3],
    born: [0.4, 0.8],
    make: (r) =>
      batch(r, r.between(2e5, 4e6), r.between(0.7, 3), 4, 'both', bursts(r, 20, [3, 50]), 0.02),
  },
  {
    name: 'marketing-day',
    only: 'held-out',
    kind: 'Deployment',
    replicas: [2, 6],
    make(r, days) {
      const plan = service(r, r.between(1e5, 5e6), r.between(0.08, 0.3), 2);
      const at = Math.floor(later(r, days) / DAY_MS) * DAY_MS + r.between(6, 10) * 3_600_000;
      const until = at + r.between(6, 14) * 3_600_000;
      const times = r.between(2, 5);
      return {
        ...plan,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          if (start < at || start >= until) return flow;
          return timesAsMuch(flow, times);
        },
      };
    },
  },
  {
    name: 'mesh-proxy-heavy',
    only: 'held-out',
    kind: 'DaemonSet',
    replicas: [4, 10],
    make: (r) => service(r, r.between(5e6, 6e7), r.between(0.1, 0.6), 2),
  },
  {
    name: 'backup-of-everything',
    only: 'held-out',
    kind: 'CronJob',
    replicas: [1, 2],
    make(r) {
      const begin = r.between(0, 5);
      const hours = r.between(1, 5);
      return batch(
        r,
        r.between(5e6, 5e7),
        r.between(0.3, 1),
        1,
        'both',
        (start) => {
          const { hour } = clock(start);
          return hour >= begin && hour < begin + hours;
        },
        null,
      );
    },
  },
  {
    name: 'node-agent-that-came',
    only: 'held-out',
    kind: 'DaemonSet',
    replicas: [5, 20],
    born: [0.45, 0.9],
    // Its CPU goes with its node's load; it is scraped, and sends events.
    make(r) {
      const plan = service(r, 1e4, r.between(0.01, 0.15), 0.3);
      const sent = r.between(500, 2e4);
      return {
        ...plan,
        limit: r.pick([0.3, null]),
        hostNetwork: r.next() < 0.4,
        privileged: r.next() < 0.6,
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          return { ...flow, rx: 400, tx: sent * random.noise(0.3) };
        },
      };
    },
  },
  {
    name: 'launched-and-waiting',
    only: 'held-out',
    kind: 'Deployment',
    replicas: [3, 10],
    born: [0.45, 0.9],
    make(r) {
      const mean = r.between(0.001, 0.03);
      const request = r.between(0.2, 1);
      return {
        limit: 2 * request,
        request,
        ramLimit: 1024 * MIB,
        flow: (_, __, random) =>
          flowOf(mean * random.noise(0.15), 400 * MIB, { rx: 150, tx: 200 * random.noise(0.4) }),
      };
    },
  },
  {
    name: 'garbage-collector',
    only: 'held-out',
    kind: 'Deployment',
    replicas: [1, 1],
    // Walks its heap for a quarter of an hour, four times a day, and moves nothing.
    make(r) {
      const phase = r.between(0, 360);
      return {
        limit: 1,
        request: 0.2,
        ramLimit: 2048 * MIB,
        flow(start, _, random) {
          const on = (start / 60_000 + phase) % 360 < 15;
          const cores = (on ? 0.5 : 0.06) * random.noise(0.12);
          return flowOf(cores, 1200 * MIB, io(0.06, 1e6, 'net', random));
        },
      };
    },
  },
];
