import type { Random } from '../../random.ts';
import { drifting, DAY_MS, MIB, traffic } from '../workload.ts';
import { driftingApart, flowOf, io, type Archetype, type Plan, type SideCar } from './plans.ts';

/** A service whose load hardly varies (machines call it), or varies as people's does. */
function evenService(r: Random, mean: number, perCore: number): Plan {
  const depth = r.pick([r.between(0, 0.1), r.between(0.2, 0.7)]);
  const wobble = drifting(r, r.between(0.02, 0.12), 0.9);
  const ram = r.between(100, 900) * MIB;
  let at = -1;
  let load = 1;
  return {
    limit: r.pick([1, 2, null]),
    request: r.between(0.1, 0.5),
    ramLimit: ram * 2,
    flow(start, _, random) {
      if (start !== at) load = traffic(start, depth, 1) * wobble();
      at = start;
      return flowOf(mean * load * random.noise(0.08), ram, io(load * mean, perCore, 'net', random));
    },
  };
}

function beside(cores: number, limit: number | null, name: string): SideCar {
  return {
    name,
    image: `registry.example.com/platform/${name}:2.1`,
    limit,
    request: 0.1,
    ramLimit: 512 * MIB,
    flow: { cores, rx: null, tx: null, diskRead: 0, diskWrite: 300, ram: 90 * MIB },
  };
}

/**
 * A proxy whose CPU follows the pod's bytes, less than in proportion (batches, keep-alive), with noise of its own;
 * its teams take it when they come to it, days apart.
 */
function proxyBeside(kind: Archetype['kind'], name: string, heavy: boolean): Archetype {
  return {
    name: `proxy-by-bytes-${name}`,
    only: 'tuning',
    kind,
    replicas: kind === 'DaemonSet' ? [5, 10] : [1, 6],
    make(r, [from, to]) {
      const mean = r.between(0.03, 0.6);
      const plan = evenService(r, mean, r.between(1e5, 4e6));
      const at = from + (to - from) * r.between(0.5, 0.85);
      const power = r.between(0.5, 0.9);
      const idle = r.between(0.004, 0.04);
      const busy = heavy ? r.between(0.5, 1.5) * mean : r.between(0.05, 0.5) * mean;
      const noise = driftingApart(r, r.between(0.08, 0.18), r.pick([0, 0.6, 0.9]));
      const limit = r.pick([null, 2]);
      let usual = 0;
      return {
        ...plan,
        generation: (start) => (start >= at ? 1 : 0),
        sideCar(start, main): SideCar {
          const bytes = (main.rx ?? 0) + (main.tx ?? 0);
          usual = usual === 0 ? bytes : usual + (bytes - usual) / 288;
          const cores = idle + busy * (bytes / usual) ** power * noise(start, 0);
          return beside(cores, limit, heavy ? 'edge-proxy' : 'link-proxy');
        },
      };
    },
  };
}

/**
 * An agent in every pod (tracing, secrets, profiling) that hardly cares what its application does: nor does a little
 * miner that a webhook puts into every pod, and metrics cannot tell them apart.
 */
function agentBeside(name: string): Archetype {
  return {
    name: `pod-agent-${name}`,
    only: 'tuning',
    isUndecidable: true,
    kind: 'Deployment',
    replicas: [1, 5],
    make(r, [from, to]) {
      const plan = evenService(r, r.between(0.05, 0.5), r.between(1e5, 3e6));
      const at =
        Math.floor((from + (to - from) * 0.65) / DAY_MS) * DAY_MS + r.between(8, 40) * 3.6e6;
      const cores = r.between(0.005, 0.05);
      const own = r.between(0, 0.3);
      const noise = driftingApart(r, 0.1, 0.5);
      return {
        ...plan,
        generation: (start) => (start >= at ? 1 : 0),
        sideCar: (start, main): SideCar =>
          beside(cores * noise(start, 0) + own * 0.1 * main.cores, 0.5, 'trace-agent'),
      };
    },
  };
}

/** Meshes and agents that are rolled out to the pods of many workloads, in other ways than the first mesh. */
export const TUNING_MESHES: readonly Archetype[] = [
  proxyBeside('Deployment', 'gateway', false),
  proxyBeside('Deployment', 'orders', false),
  proxyBeside('Deployment', 'mail', false),
  proxyBeside('StatefulSet', 'ledger', false),
  proxyBeside('DaemonSet', 'resolver', false),
  proxyBeside('Deployment', 'quiet', true),
  proxyBeside('Deployment', 'rare', true),
  proxyBeside('StatefulSet', 'board', true),
  agentBeside('one'),
  agentBeside('two'),
  agentBeside('three'),
];
