import { DAY_MS, MIB, type Flow } from '../workload.ts';
import { flowOf, service, type Archetype, type SideCar } from './plans.ts';
import { TUNING_AGENTS } from './tuningAgents.ts';
import { TUNING_MESHES } from './tuningMeshes.ts';
import { TUNING_NEWCOMERS } from './tuningNewcomers.ts';
import { TUNING_PLATFORM } from './tuningPlatform.ts';

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

/** Agents that come to every node: exporters in the node's network, log shippers, security agents. */
const NEW_AGENT: Archetype = {
  name: 'new-agent',
  only: 'tuning',
  kind: 'DaemonSet',
  replicas: [6, 14],
  born: [0.5, 0.8],
  make(r) {
    const what = r.pick(['exporter', 'shipper', 'security']);
    const mean = r.between(0.02, 0.2);
    if (what === 'shipper') return service(r, r.between(1e5, 5e6), mean, 0.5);
    const scraped = r.between(1e3, 6e3);
    return {
      limit: 0.5,
      request: 0.1,
      ramLimit: 256 * MIB,
      hostNetwork: what === 'exporter',
      privileged: what === 'security',
      flow: (_, replica, random) =>
        flowOf(mean * (0.8 + 0.02 * replica) * random.noise(0.06), 80 * MIB, {
          rx: scraped * 0.1,
          tx: scraped * random.noise(0.2),
        }),
    };
  },
};

/** A new service that nobody calls yet. */
const NEW_AND_IDLE: Archetype = {
  name: 'new-and-idle',
  only: 'tuning',
  kind: 'Deployment',
  replicas: [2, 12],
  born: [0.5, 0.8],
  make(r) {
    const mean = r.between(0.003, 0.02);
    return {
      limit: 1,
      request: r.between(0.1, 0.5),
      ramLimit: 512 * MIB,
      flow: (_, __, random) =>
        flowOf(mean * random.noise(0.05), 200 * MIB, {
          rx: r.between(80, 150),
          tx: r.between(100, 250),
        }),
    };
  },
};

/** Honest workloads of the tuning split only. */
export const ARCHETYPES_OF_TUNING: readonly Archetype[] = [
  ...MESH_ROLLOUT,
  NEW_AGENT,
  NEW_AND_IDLE,
  ...TUNING_MESHES,
  ...TUNING_AGENTS,
  ...TUNING_NEWCOMERS,
  ...TUNING_PLATFORM,
];
