import type { Flow } from '../workload.ts';
import { batch, bursts, flowOf, later, nightly, service, timesAsMuch } from './plans.ts';
import type { Archetype, Plan } from './plans.ts';

/** Pure computing in bursts: hardly any data for much CPU, as a miner, but what it has always done. */
function computes(
  name: string,
  only: 'tuning' | 'held-out',
  perCore: readonly [number, number],
  perDay: number,
): Archetype {
  return {
    name,
    only,
    kind: 'Deployment',
    replicas: [1, 4],
    make: (r) =>
      batch(
        r,
        r.between(perCore[0], perCore[1]),
        r.between(0.8, 3),
        4,
        'both',
        bursts(r, perDay, [10, 120]),
        0.02,
      ),
  };
}

/** Runs at an hour of its own every few days. */
function runsAtOddHours(name: string, only: 'tuning' | 'held-out', perCore: number): Archetype {
  return {
    name,
    only,
    kind: 'CronJob',
    replicas: [1, 1],
    make(r) {
      const every = r.int(2, 3);
      const at = nightly(r);
      const isOn = (start: number): boolean => Math.floor(start / 864e5) % every === 0 && at(start);
      return batch(r, perCore, r.between(0.6, 2), 2, 'both', isOn, null);
    },
  };
}

/** A service that does something else for a while. */
function during(
  name: string,
  only: 'tuning' | 'held-out',
  hours: readonly [number, number],
  change: (flow: Flow, strength: number) => Flow,
  replicasTimes = 1,
): Archetype {
  return {
    name,
    only,
    kind: 'Deployment',
    replicas: [2, 4],
    make(r, days): Plan {
      const plan = service(r, r.between(3e5, 5e6), r.between(0.1, 0.3), 2);
      const at = later(r, days);
      const until = at + r.between(hours[0], hours[1]) * 3_600_000;
      const strength = r.between(0.4, 1);
      const count = r.int(2, 4);
      const isOn = (start: number): boolean => start >= at && start < until;
      return {
        ...plan,
        replicas: (start) => (isOn(start) ? count * replicasTimes : count),
        flow(start, replica, random) {
          const flow = plan.flow(start, replica, random) as Flow;
          return isOn(start) ? change(flow, strength) : flow;
        },
      };
    },
  };
}

/** Retries against what is away: small packets, no answers. */
function retries(flow: Flow, strength: number): Flow {
  return {
    ...flow,
    cores: flow.cores + strength,
    rx: (flow.rx ?? 0) * 0.2 + strength * 6_000,
    tx: (flow.tx ?? 0) * 0.2 + strength * 14_000,
  };
}

/** Honest work that looks like mining in one respect; each kind belongs to one split. */
export const ARCHETYPES_OF_WORK: readonly Archetype[] = [
  computes('prover', 'tuning', [200, 5_000], 4),
  computes('chess-engine', 'tuning', [300, 2_000], 12),
  computes('renderer', 'tuning', [2e4, 3e5], 3),
  computes('password-hasher', 'held-out', [100, 1_500], 20),
  computes('map-tiler', 'held-out', [1e4, 2e5], 5),
  runsAtOddHours('odd-cron', 'tuning', 4_000),
  runsAtOddHours('odd-report', 'held-out', 8_000),
  during('outage-retries', 'tuning', [0.3, 1.5], retries),
  during('webhook-storm', 'held-out', [0.3, 2], retries),
  during('autoscaled-spike', 'tuning', [1, 4], (flow) => timesAsMuch(flow, 2.5), 4),
  {
    name: 'fuzzer',
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 4],
    make: (r) => batch(r, r.between(100, 3_000), r.between(0.9, 1.9), 2, 'disk', () => true, null),
  },
  {
    name: 'simulation-farm',
    only: 'held-out',
    kind: 'StatefulSet',
    replicas: [2, 6],
    make: (r) => batch(r, r.between(50, 2_000), r.between(0.9, 3.8), 4, 'net', () => true, null),
  },
  {
    name: 'model-server',
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 4],
    make: (r) => service(r, r.between(4e3, 3e4), r.between(0.3, 1.2), 4),
  },
  {
    name: 'agent-new-version',
    only: 'tuning',
    kind: 'DaemonSet',
    replicas: [6, 12],
    make(r, days) {
      const at = later(r, days);
      const mean = r.between(0.02, 0.15);
      const times = r.between(1.2, 1.8);
      const generation = (start: number): number => (start >= at ? 1 : 0);
      return {
        limit: 0.5,
        request: 0.1,
        ramLimit: 512 * 2 ** 20,
        generation,
        tag: (start) => `v${generation(start)}`,
        flow(start, _, random) {
          const cores = mean * (start >= at ? times : 1) * random.noise(0.1);
          return flowOf(cores, 80 * 2 ** 20, { rx: 2_000, tx: 8_000 * random.noise(0.2) });
        },
      };
    },
  },
];
