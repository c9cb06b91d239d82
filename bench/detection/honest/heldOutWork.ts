import { computes, during, retries, runsAtOddHours } from './kindsOfWork.ts';
import { batch, type Archetype } from './plans.ts';

/** Honest work that looks like mining in one respect, seen by the held-out split alone. */
export const HELD_OUT_WORK: readonly Archetype[] = [
  computes('password-hasher', 'held-out', [100, 1_500], 20),
  computes('map-tiler', 'held-out', [1e4, 2e5], 5),
  runsAtOddHours('odd-report', 'held-out', 8_000),
  during('webhook-storm', 'held-out', [0.3, 2], retries),
  {
    name: 'simulation-farm',
    only: 'held-out',
    kind: 'StatefulSet',
    replicas: [2, 6],
    make: (r) => batch(r, r.between(50, 2_000), r.between(0.9, 3.8), 4, 'net', () => true, null),
  },
];
