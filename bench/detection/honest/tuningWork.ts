import { computes, during, retries, runsAtOddHours } from './kindsOfWork.ts';
import { batch, bursts, flowOf, later, service, timesAsMuch, type Archetype } from './plans.ts';

/** Honest work that looks like mining in one respect, seen by the tuning split alone. */
export const TUNING_WORK: readonly Archetype[] = [
  computes('prover', 'tuning', [200, 5_000], 4),
  computes('chess-engine', 'tuning', [300, 2_000], 12),
  computes('renderer', 'tuning', [2e4, 3e5], 3),
  runsAtOddHours('odd-cron', 'tuning', 4_000),
  during('outage-retries', 'tuning', [0.3, 1.5], retries),
  during('autoscaled-spike', 'tuning', [1, 4], (flow) => timesAsMuch(flow, 2.5), 4),
  {
    name: 'fuzzer',
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 4],
    make: (r) => batch(r, r.between(100, 3_000), r.between(0.9, 1.9), 2, 'disk', () => true, null),
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
  {
    // New Jobs that compute beside each other, in silence: a person has to look, and nobody has to get up.
    name: 'job-sweep',
    only: 'tuning',
    kind: 'Job',
    replicas: [3, 12],
    born: [0.5, 0.8],
    isUndecidable: true,
    make: (r) =>
      batch(r, r.between(50, 3e3), r.between(0.8, 1), 1, 'disk', bursts(r, 3, [60, 240]), null),
  },
  {
    // A new queue of Jobs: one after the other with a pause between, and each moves data.
    name: 'job-queue',
    only: 'tuning',
    kind: 'Job',
    replicas: [1, 2],
    born: [0.5, 0.8],
    make: (r) =>
      batch(r, r.between(2e4, 1e6), r.between(0.5, 1), 1, 'both', (at) => at % 1.2e6 < 9e5, null),
  },
];
