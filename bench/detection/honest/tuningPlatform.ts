import { drifting, MIB, traffic, type Flow } from '../workload.ts';
import { bursts, flowOf, later, service, type Archetype } from './plans.ts';

/** A store of metrics or logs: takes in evenly, writes, and compacts every two hours. */
const METRIC_STORE: Archetype = {
  name: 'metric-store',
  only: 'tuning',
  kind: 'StatefulSet',
  replicas: [1, 3],
  born: [0.4, 0.8],
  make(r) {
    const mean = r.between(0.05, 0.9);
    const perCore = r.between(4e4, 8e5);
    const compacts = r.between(0.2, 1);
    return {
      limit: r.pick([2, 4, null]),
      request: 0.5,
      ramLimit: 8192 * MIB,
      flow(start, _, random) {
        const isCompacting = (start / 60_000) % 120 < 10;
        const cores = mean * random.noise(0.05);
        const bytes = cores * perCore * random.noise(0.05);
        const more = isCompacting ? compacts * random.noise(0.2) : 0;
        return flowOf(cores + more, 2500 * MIB, {
          rx: bytes * 0.9,
          tx: bytes * 0.1,
          diskRead: more * 2e6,
          diskWrite: bytes * 0.15 + more * 1e6,
        });
      },
    };
  },
};

/** A database that is filled: hours of restoring and of building indices, then hardly anything. */
const FILLED_DATABASE: Archetype = {
  name: 'filled-database',
  only: 'tuning',
  kind: 'StatefulSet',
  replicas: [1, 3],
  born: [0.4, 0.8],
  make(r) {
    const restores = r.between(0.5, 4) * 3_600_000;
    const indexes = r.between(0.3, 3) * 3_600_000;
    const cores = r.between(0.5, 1.8);
    const perCore = r.between(1e6, 2e7);
    const plan = service(r, r.between(2e5, 3e6), r.between(0.02, 0.3), 2);
    let first = 0;
    return {
      ...plan,
      flow(start, replica, random) {
        first = first === 0 ? start : first;
        const since = start - first;
        if (since >= restores + indexes) return plan.flow(start, replica, random);
        const used = cores * random.noise(0.15);
        const bytes = used * perCore * random.noise(0.2);
        return since < restores
          ? flowOf(used, 900 * MIB, { rx: bytes, tx: 500, diskRead: 0, diskWrite: bytes * 1.5 })
          : flowOf(used, 900 * MIB, { rx: 300, tx: 300, diskRead: bytes, diskWrite: bytes * 0.3 });
      },
    };
  },
};

/** What tests other services under load, for some hours of some days. */
const LOAD_MAKER: Archetype = {
  name: 'load-maker',
  only: 'tuning',
  kind: 'Deployment',
  replicas: [1, 8],
  born: [0.4, 0.85],
  make(r) {
    const works = bursts(r, r.between(0.7, 3), [30, 300]);
    const cores = r.between(0.4, 1.9);
    const perCore = r.between(1e5, 4e6);
    return {
      limit: r.pick([1, 2]),
      request: 0.5,
      ramLimit: 1024 * MIB,
      flow(start, _, random) {
        if (!works(start)) return flowOf(0.006 * random.noise(0.1), 150 * MIB, {});
        const used = cores * random.noise(0.05);
        const bytes = used * perCore * random.noise(0.1);
        return flowOf(used, 250 * MIB, { rx: bytes * 0.5, tx: bytes * 0.5 });
      },
    };
  },
};

/** The same software from another registry: the pods are replaced, warm up and go on as before. */
const LEFT_REGISTRY: Archetype = {
  name: 'left-registry',
  only: 'tuning',
  kind: 'Deployment',
  replicas: [1, 6],
  make(r, days) {
    const plan = service(r, r.between(1e5, 5e6), r.between(0.03, 0.5), 2);
    const at = later(r, days);
    const was = `registry.example.com/old/app-${r.int(1, 1e6)}`;
    const warms = r.between(0.2, 1);
    return {
      ...plan,
      generation: (start) => (start >= at ? 1 : 0),
      repository: (start) =>
        start >= at ? was.replace('example.com/old', 'example.net/new') : was,
      flow(start, replica, random) {
        const flow = plan.flow(start, replica, random) as Flow;
        const mine = at + replica * 240_000;
        const isWarming = start >= mine && start < mine + 600_000;
        return isWarming ? { ...flow, cores: flow.cores + warms } : flow;
      },
    };
  },
};

/** A workload that goes on under another name: the image is known, the workload is new. */
const RENAMED: Archetype = {
  name: 'renamed',
  only: 'tuning',
  kind: 'Deployment',
  replicas: [1, 4],
  make(r, days) {
    const plan = service(
      r,
      r.pick([r.between(2e3, 3e4), r.between(1e5, 3e6)]),
      r.between(0.05, 0.8),
      2,
    );
    const at = later(r, days);
    const busier = r.between(0.6, 1.8);
    return {
      ...plan,
      suffix: (start) => (start >= at ? '-blue' : ''),
      flow(start, replica, random) {
        const flow = plan.flow(start, replica, random) as Flow;
        if (start < at) return flow;
        return {
          ...flow,
          cores: flow.cores * busier,
          rx: (flow.rx ?? 0) * busier,
          tx: (flow.tx ?? 0) * busier,
        };
      },
    };
  },
};

/** Builds whose cache is asked all day: it packs and unpacks what it holds, mostly from the page cache. */
const ARTIFACT_CACHE: Archetype = {
  name: 'artifact-cache',
  only: 'tuning',
  kind: 'StatefulSet',
  replicas: [1, 2],
  born: [0.3, 0.8],
  make(r) {
    const mean = r.between(0.1, 0.8);
    const depth = r.between(0.3, 0.9);
    const wobble = drifting(r, 0.3, 0.8);
    const perCore = r.between(3e4, 3e6);
    const cleans = r.between(0, 5);
    return {
      limit: 2,
      request: 0.5,
      ramLimit: 4096 * MIB,
      flow(start, _, random) {
        const hour = (start / 3_600_000) % 24;
        const isCleaning = hour >= cleans && hour < cleans + 0.7;
        const cores = mean * traffic(start, depth, 0.3) * wobble();
        const bytes = cores * perCore * random.noise(0.3);
        return flowOf(cores + (isCleaning ? 0.5 : 0), 1500 * MIB, {
          rx: bytes * 0.4,
          tx: bytes * 0.6,
          diskRead: isCleaning ? 5e5 : 0,
          diskWrite: bytes * 0.4 + (isCleaning ? 1e5 : 0),
        });
      },
    };
  },
};

/** What a platform's own people roll out. */
export const TUNING_PLATFORM: readonly Archetype[] = [
  METRIC_STORE,
  FILLED_DATABASE,
  LOAD_MAKER,
  LEFT_REGISTRY,
  RENAMED,
  ARTIFACT_CACHE,
];
