import { DAY_MS, MIB, type Flow } from '../workload.ts';
import { service, type Archetype, type SideCar } from './plans.ts';

/** Kinds of workloads that get the same mesh within the same hours. */
const MESHED = ['shop', 'api', 'queue', 'auth', 'search'];

/**
 * A service mesh is rolled out: one image beside many workloads of many namespaces, in new pods, that
 * moves what the pods have always moved for little CPU (a tenth to a third of the service's own).
 */
const MESH_ROLLOUT: readonly Archetype[] = MESHED.map((name, order) => ({
  name: `mesh-rollout-${name}`,
  only: 'tuning',
  kind: 'Deployment',
  replicas: [1, 4],
  make(r, [from, to]) {
    const plan = service(r, r.between(2e5, 5e6), r.between(0.05, 0.5), 2);
    const at =
      Math.floor((from + (to - from) * 0.7) / DAY_MS) * DAY_MS + (10 + order / 2) * 3_600_000;
    const idle = r.between(0.005, 0.03);
    const share = r.between(0.1, 0.3);
    return {
      ...plan,
      generation: (start) => (start >= at ? 1 : 0),
      sideCar: (_, main, random): SideCar => ({
        name: 'mesh-proxy',
        image: 'registry.example.com/mesh/proxy:1.24',
        limit: 2,
        request: 0.1,
        ramLimit: 1024 * MIB,
        flow: flowBeside(main, idle + share * main.cores * random.noise(0.1)),
      }),
    };
  },
}));

function flowBeside(main: Flow, cores: number): Flow {
  return {
    cores,
    rx: null,
    tx: null,
    diskRead: main.diskRead === null ? null : 0,
    diskWrite: main.diskWrite === null ? null : 200,
    ram: 60 * MIB,
  };
}

/** Honest workloads of the tuning split only. */
export const ARCHETYPES_OF_TUNING: readonly Archetype[] = MESH_ROLLOUT;
