import type { Flow } from '../workload.ts';
import { batch, bursts, later, nightly, service } from './plans.ts';
import type { Archetype, Plan } from './plans.ts';

/** Pure computing in bursts: hardly any data for much CPU, as a miner, but what it has always done. */
export function computes(
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
export function runsAtOddHours(
  name: string,
  only: 'tuning' | 'held-out',
  perCore: number,
): Archetype {
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
export function during(
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
export function retries(flow: Flow, strength: number): Flow {
  return {
    ...flow,
    cores: flow.cores + strength,
    rx: (flow.rx ?? 0) * 0.2 + strength * 6_000,
    tx: (flow.tx ?? 0) * 0.2 + strength * 14_000,
  };
}
