import { DAY_MS, MIB, traffic, type Flow } from '../workload.ts';
import { bursts, driftingApart, flowOf, later, service, type Archetype } from './plans.ts';

/**
 * A new service that waits: a runtime that turns over, probes, and for some, traffic after days. From 0.06 cores on it
 * is what a throttled miner is: metrics cannot tell.
 */
function waits(name: string, low: number, high: number, isUndecidable: boolean): Archetype {
  return {
    name,
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 6],
    born: [0.4, 0.8],
    isUndecidable,
    make(r, days) {
      const idle = r.between(low, high);
      const noise = driftingApart(r, r.between(0.02, 0.15), 0.5);
      const plan = service(r, r.between(1e5, 3e6), r.between(0.1, 0.4), 2);
      const at = later(r, days) + 2 * DAY_MS;
      const probes = r.between(80, 400);
      return {
        limit: r.pick([1, 2, 4, null]),
        request: r.pick([0.1, 0.25, 0.5, 1]),
        ramLimit: 1024 * MIB,
        flow(start, replica, random) {
          const cores = idle * noise(start, replica);
          if (start < at) return flowOf(cores, 400 * MIB, { rx: probes * 0.4, tx: probes * 0.6 });
          const works = plan.flow(start, replica, random) as Flow;
          return { ...works, cores: works.cores + cores };
        },
      };
    },
  };
}

/**
 * Models that answer: much CPU for a question and its answer, as often as people ask. What moves less than silence
 * for long answers is what a miner is: metrics cannot tell.
 */
function answers(name: string, low: number, high: number, isUndecidable: boolean): Archetype {
  return {
    name,
    only: 'tuning',
    kind: 'Deployment',
    replicas: [1, 5],
    born: [0.4, 0.8],
    isUndecidable,
    make(r) {
      const mean = r.between(0.2, 2.5);
      const depth = r.between(0.2, 0.9);
      const perCore = r.between(low, high);
      const noise = driftingApart(r, r.between(0.1, 0.5), r.between(0.3, 0.9));
      return {
        limit: r.pick([2, 4, 8]),
        request: 1,
        ramLimit: 8192 * MIB,
        flow(start, replica, random) {
          const cores = mean * traffic(start, depth, 0.7) * noise(start, replica);
          const bytes = 250 + cores * perCore * random.noise(0.2);
          return flowOf(cores, 3000 * MIB, { rx: bytes * 0.4, tx: bytes * 0.6, diskWrite: 100 });
        },
      };
    },
  };
}

/** A game's or a conference's server: ticks, and sends to each who plays, mostly in the evening. */
const TICKING_SERVER: Archetype = {
  name: 'ticking-server',
  only: 'tuning',
  kind: 'StatefulSet',
  replicas: [1, 8],
  born: [0.4, 0.8],
  make(r) {
    const tick = r.between(0.01, 0.06);
    const each = r.between(0.05, 0.6);
    const perCore = r.between(3e4, 6e5);
    const depth = r.between(0.4, 0.95);
    const noise = driftingApart(r, 0.3, 0.9);
    return {
      limit: r.pick([1, 2]),
      request: 0.5,
      ramLimit: 2048 * MIB,
      flow(start, replica, random) {
        const play = each * traffic(start - 6 * 3.6e6, depth, 1.5) * noise(start, replica);
        const bytes = play * perCore * random.noise(0.1);
        return flowOf(tick + play, 700 * MIB, { rx: 200 + bytes * 0.3, tx: 200 + bytes * 0.7 });
      },
    };
  },
};

/** A cache in memory, with few bytes a core-second, that sorts itself out now and then without a byte. */
const NEW_CACHE: Archetype = {
  name: 'new-cache',
  only: 'tuning',
  kind: 'StatefulSet',
  replicas: [1, 4],
  born: [0.4, 0.8],
  make(r) {
    const plan = service(r, r.between(3e5, 1e7), r.between(0.03, 0.3), 2);
    const sorts = bursts(r, r.between(1, 8), [5, 35]);
    const more = r.between(0.2, 0.9);
    return {
      ...plan,
      flow(start, replica, random) {
        const flow = plan.flow(start, replica, random) as Flow;
        return sorts(start) ? { ...flow, cores: flow.cores + more * random.noise(0.1) } : flow;
      },
    };
  },
};

/** New workers with long pauses, which compute for long on what they are sent. */
const RARE_WORKER: Archetype = {
  name: 'rare-worker',
  only: 'tuning',
  kind: 'Deployment',
  replicas: [1, 4],
  born: [0.3, 0.8],
  make(r) {
    const works = bursts(r, r.between(1, 6), [20, 180]);
    const cores = r.between(0.4, 1.8);
    const perCore = r.between(4e3, 4e5);
    return {
      limit: 2,
      request: 0.5,
      ramLimit: 2048 * MIB,
      flow(start, _, random) {
        if (!works(start)) return flowOf(0.004 * random.noise(0.2), 200 * MIB, {});
        const used = cores * random.noise(0.12);
        const bytes = used * perCore * random.noise(0.3);
        return flowOf(used, 900 * MIB, { rx: 150 + bytes * 0.6, tx: 150 + bytes * 0.4 });
      },
    };
  },
};

/** New services that wait, answer, tick, keep and work. */
export const TUNING_NEWCOMERS: readonly Archetype[] = [
  waits('waiting-runtime', 0.002, 0.06, false),
  waits('turning-runtime', 0.06, 0.15, true),
  answers('answering-model', 3e3, 3e4, false),
  answers('thinking-model', 400, 3e3, true),
  TICKING_SERVER,
  NEW_CACHE,
  RARE_WORKER,
];
