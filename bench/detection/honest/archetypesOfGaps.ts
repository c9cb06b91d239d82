import { clock, DAY_MS, MIB, type Flow } from '../workload.ts';
import { batch, bursts, flowOf, io, later, service, type Archetype } from './plans.ts';

/** Honest workloads in which generalisation gaps were looked for: both splits, other parameters. */
export const ARCHETYPES_OF_GAPS: readonly Archetype[] = [
  {
    name: 'restarted-daily',
    kind: 'Deployment',
    replicas: [1, 1],
    make(r) {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.05, 0.3), 1);
      const at = r.between(0, 24);
      const day = (start: number): number => Math.floor((start - at * 3_600_000) / DAY_MS);
      return {
        ...plan,
        generation: (start) => Math.max(0, day(start) - 20_000),
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          const since = start - (day(start) * DAY_MS + at * 3_600_000);
          // A JIT warms up for ten minutes, without a request.
          return since < 600_000 ? { ...flow, cores: flow.cores + 0.6 } : flow;
        },
      };
    },
  },
  {
    name: 'scaled-by-queue',
    kind: 'Deployment',
    replicas: [1, 1],
    make(r) {
      const on = bursts(r, 8, [20, 120]);
      const plan = batch(r, r.between(1e5, 2e6), r.between(0.6, 0.9), 1, 'net', () => true, null);
      const most = r.int(3, 15);
      return { ...plan, replicas: (start) => (on(start) ? most : 0) };
    },
  },
  {
    name: 'batch-of-silent-jobs',
    kind: 'Job',
    replicas: [2, 12],
    // Simulations and renderings compute for an hour on what they read in a minute.
    make: (r) =>
      batch(r, r.between(1e3, 3e4), r.between(0.8, 1), 1, 'disk', bursts(r, 6, [30, 180]), null),
  },
  {
    name: 'without-limit',
    kind: 'Deployment',
    replicas: [1, 4],
    make(r) {
      const plan = service(r, r.between(2e5, 4e6), r.between(0.1, 1.5), 8);
      return { ...plan, limit: null, request: null, ramLimit: null };
    },
  },
  {
    name: 'hourly-index-inside',
    kind: 'StatefulSet',
    replicas: [1, 2],
    make(r) {
      const minutes = r.between(10, 25);
      return batch(
        r,
        r.between(5e5, 5e6),
        r.between(0.4, 1.2),
        2,
        'disk',
        (start) => (start / 60_000) % 60 < minutes,
        r.between(0.01, 0.1),
      );
    },
  },
  {
    name: 'agent-update',
    kind: 'DaemonSet',
    replicas: [6, 12],
    make(r, days) {
      const plan = service(r, r.between(2e5, 3e6), r.between(0.02, 0.1), 0.5);
      const at = later(r, days);
      const generation = (start: number): number => (start >= at ? 1 : 0);
      return { ...plan, generation, tag: (start) => `v${generation(start)}` };
    },
  },
  {
    name: 'cache-without-traffic-metrics',
    kind: 'StatefulSet',
    replicas: [1, 3],
    // Compaction in memory every night: CPU, and hardly a byte.
    make(r) {
      const begin = r.between(0, 6);
      return {
        limit: 2,
        request: 0.5,
        ramLimit: 4096 * MIB,
        flow(start, _, random) {
          const { hour } = clock(start);
          const on = hour >= begin && hour < begin + 0.5;
          const cores = (on ? 0.7 : 0.05) * random.noise(0.1);
          return flowOf(cores, 2000 * MIB, io(0.05, 4e6, 'net', random));
        },
      };
    },
  },
  {
    name: 'new-worker',
    kind: 'Deployment',
    replicas: [1, 6],
    born: [0.5, 0.85],
    // New, at its limit day and night, and working: thumbnails, parsing, inference.
    make: (r) => batch(r, r.between(6e4, 2e6), r.between(0.6, 1.1), 1, 'net', () => true, null),
  },
];
