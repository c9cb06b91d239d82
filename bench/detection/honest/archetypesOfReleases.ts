import type { Flow } from '../workload.ts';
import { later, service, type Archetype, type Plan } from './plans.ts';

/** Changes what a service does from some day on. */
function changed(
  plan: Plan,
  at: number,
  change: (flow: Flow) => Partial<Flow>,
  isRelease: boolean,
): Plan {
  const flow: Plan['flow'] = (start, replica, random) => {
    const was = plan.flow(start, replica, random);
    return was === null || start < at ? was : { ...was, ...change(was) };
  };
  if (!isRelease) return { ...plan, flow };
  const generation = (start: number): number => (start >= at ? 1 : 0);
  return { ...plan, flow, generation, tag: (start) => `v${generation(start)}` };
}

/** The same work takes more CPU from some day on. */
function costlier(
  name: string,
  replicas: Archetype['replicas'],
  most: number,
  isRelease: boolean,
): Archetype {
  return {
    name,
    only: 'tuning',
    kind: 'Deployment',
    replicas,
    make(r, days) {
      const times = r.between(1.15, most);
      const plan = service(r, r.between(5e4, 5e6), r.between(0.05, 0.6), 2);
      return changed(plan, later(r, days), ({ cores }) => ({ cores: cores * times }), isRelease);
    },
  };
}

/** Honest changes of what a request costs, of the tuning split only. */
export const ARCHETYPES_OF_RELEASES: readonly Archetype[] = [
  costlier('heavier-release', [1, 5], 1.8, true),
  // Moved to a node of an older kind, or with a noisy neighbour.
  costlier('slower-node', [1, 1], 1.6, false),
  {
    name: 'compressed-answers',
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 5],
    // Fewer bytes for the same requests: answers are compressed, or a cache stands in front of the large ones.
    make(r, days) {
      const times = r.between(0.2, 0.7);
      const costs = r.between(1, 1.15);
      const plan = service(r, r.between(2e5, 5e6), r.between(0.05, 0.6), 2);
      const change = ({ cores, rx, tx }: Flow): Partial<Flow> => ({
        cores: cores * costs,
        rx: (rx ?? 0) * (0.5 + 0.5 * times),
        tx: (tx ?? 0) * times,
      });
      return changed(plan, later(r, days), change, true);
    },
  },
  {
    name: 'background-task-added',
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 3],
    // Metrics, a cache that is refreshed, feature flags: a little more, whatever the traffic.
    make(r, days) {
      const added = r.between(0.005, 0.03);
      const plan = service(r, r.between(5e4, 5e6), r.between(0.05, 0.4), 1);
      return changed(plan, later(r, days), ({ cores }) => ({ cores: cores + added }), true);
    },
  },
];
