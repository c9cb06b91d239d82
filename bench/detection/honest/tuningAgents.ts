import { MIB, traffic } from '../workload.ts';
import { bursts, driftingApart, flowOf, service, timesAsMuch, type Archetype } from './plans.ts';

/** One pod a node that watches what the node does: busier where and when the node is. */
const NODE_WATCHER: Archetype = {
  name: 'node-watcher',
  only: 'tuning',
  kind: 'DaemonSet',
  replicas: [5, 16],
  born: [0.5, 0.85],
  make(r) {
    const mean = 16 * r.between(0.002, 0.05);
    const share = r.between(0.3, 0.9);
    const nodes = Array.from({ length: 16 }, () => r.between(0.3, 1.7));
    const noise = driftingApart(r, r.between(0.05, 0.2), r.between(0, 0.9));
    const depth = r.between(0.1, 0.6);
    const events = bursts(r, r.between(0.5, 6), [5, 40]);
    const bytes = r.pick([r.between(100, 900), r.between(5e3, 5e5)]);
    return {
      limit: r.pick([null, null, 1, 2]),
      request: r.pick([null, 0.05, 0.1, 0.2]),
      ramLimit: 512 * MIB,
      hostNetwork: r.next() < 0.4,
      privileged: r.next() < 0.6,
      flow(start, replica, random) {
        const load = traffic(start, depth, 0.8) * (nodes[replica] ?? 1);
        const more = replica % 3 === 0 && events(start) ? 1.8 : 1;
        const cores = mean * (1 - share + share * load) * more * noise(start, replica);
        return flowOf(cores, 150 * MIB, {
          rx: bytes * 0.2 * random.noise(0.2),
          tx: bytes * 0.8 * load * random.noise(0.2),
          diskRead: 0,
          diskWrite: 100,
        });
      },
    };
  },
};

/** Agents that were always there and that are noisy, each by itself: the hottest of many. */
const NOISY_AGENT: Archetype = {
  name: 'noisy-agent',
  only: 'tuning',
  kind: 'DaemonSet',
  replicas: [6, 16],
  make(r) {
    const mean = r.between(0.03, 0.5);
    const noise = driftingApart(r, r.between(0.1, 0.3), r.between(0.6, 0.97));
    const bytes = r.pick([r.between(200, 2000), r.between(1e4, 4e5)]);
    return {
      limit: r.pick([null, 2]),
      request: 0.1,
      ramLimit: 512 * MIB,
      hostNetwork: r.next() < 0.3,
      flow: (start, replica, random) =>
        flowOf(mean * noise(start, replica), 150 * MIB, {
          rx: bytes * 0.2,
          tx: bytes * 0.8 * random.noise(0.2),
        }),
    };
  },
};

/** New, and reconciling: a resync now and then, a leader that works, and what the API server tells. */
const OPERATOR: Archetype = {
  name: 'operator',
  only: 'tuning',
  kind: 'Deployment',
  replicas: [1, 3],
  born: [0.4, 0.85],
  make(r) {
    const idle = r.between(0.002, 0.01);
    const mean = r.between(0.01, 0.2);
    const every = r.pick([10, 30, 60]);
    const perCore = r.between(8e3, 1.5e5);
    return {
      limit: r.pick([0.5, 1, null]),
      request: r.pick([0.01, 0.1]),
      ramLimit: 256 * MIB,
      flow(start, replica, random) {
        const isResync = (start / 60_000) % every < 5;
        const cores = replica > 0 ? idle : mean * (isResync ? 1.6 : 0.9) * random.noise(0.1);
        const bytes = 300 + cores * perCore * random.noise(0.25);
        return flowOf(cores, 120 * MIB, { rx: bytes * 0.75, tx: bytes * 0.25, diskWrite: 0 });
      },
    };
  },
};

/** A store whose leader does the work of three: elections move it once in a while. */
const ELECTED: Archetype = {
  name: 'elected-store',
  only: 'tuning',
  kind: 'StatefulSet',
  replicas: [3, 5],
  make(r) {
    const plan = service(r, r.between(1e5, 2e6), r.between(0.05, 0.4), 2);
    const followers = r.between(0.15, 0.5);
    const moves = bursts(r, 0.5, [60, 900]);
    return {
      ...plan,
      flow(start, replica, random) {
        const flow = plan.flow(start, replica, random);
        const leader = moves(start) ? 1 : 0;
        if (flow === null || replica === leader) return flow;
        return timesAsMuch(flow, followers);
      },
    };
  },
};

/** What watches nodes and clusters. */
export const TUNING_AGENTS: readonly Archetype[] = [NODE_WATCHER, NOISY_AGENT, OPERATOR, ELECTED];
