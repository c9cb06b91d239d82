import type { PodSpecFacts } from '../../../src/model/podSpec.ts';
import type { Case, PodLoad, Truth } from '../case.ts';
import { Random } from '../../random.ts';
import {
  DAY_MS,
  loadOf,
  MIB,
  node,
  suffix,
  WINDOW_MS,
  type Flow,
  type Shape,
} from '../workload.ts';
import { plainSpec } from '../spec.ts';
import { addFlow, minerFlow, type MinerStyle } from './miner.ts';

/** The honest workload that a miner hides in or stands beside. */
export interface Host {
  readonly shape: Shape;
  readonly service: string;
  readonly source: Truth['source'];
  readonly replicas: number;
  flow(start: number, replica: number): Flow | null;
}

export interface MinerPlan {
  readonly shapeName: string;
  readonly style: MinerStyle;
  /** Share of the limit, 0..1. */
  readonly share: number;
  readonly how: 'deployed' | 'hijacked';
  readonly form:
    | 'pod'
    | 'side-car'
    | 'deployment'
    | 'daemonset'
    | 'bare-swarm'
    | 'replica-swarm'
    | 'chain'
    | 'gpu';
  readonly withSpec: boolean;
  /** How it hides beyond its form. */
  readonly guise?: 'turns' | 'every-pod' | 'release' | 'neighbour' | 'ephemeral' | 'windows';
  /** Drawn where it is left out. */
  readonly image?: string;
}

/** A miner injected into, or deployed beside, a host, in a namespace of its own. */
export function minerCase(
  plan: MinerPlan,
  host: Host,
  onset: number,
  id: string,
  seed: number,
): Case {
  const random = new Random(seed);
  const nodes = Array.from({ length: 64 }, () => node(random));
  const tag = suffix(random);
  const drawn = random.pick([
    'docker.io/library/alpine',
    'docker.io/acmetools/worker',
    'ghcr.io/dev/node',
    'docker.io/library/ubuntu',
  ]);
  const deployed: Shape = {
    kind: plan.form === 'daemonset' ? 'DaemonSet' : 'Deployment',
    name: `worker-${tag}`,
    container: 'worker',
    image:
      plan.guise === 'neighbour'
        ? host.shape.image
        : plan.guise === 'ephemeral'
          ? 'docker.io/library/busybox:1'
          : (plan.image ?? `${drawn}-${tag}:latest`),
    limit: plan.form === 'daemonset' ? null : (host.shape.limit ?? 1),
    request: plan.form === 'daemonset' ? null : 0.1,
    ramLimit: null,
  };
  const truth: Truth = {
    source: host.source,
    service: host.service,
    isMiner: true,
    isUndecidable: false,
    shape: plan.shapeName,
    share: plan.share,
    how: plan.how,
    withSpec: plan.withSpec,
    onset,
    burntAt: burntAt(plan, deployed.limit, onset),
  };
  const hostLoads = (
    start: number,
    miner: ((replica: number) => Flow | null) | null,
  ): PodLoad[] => {
    const loads: PodLoad[] = [];
    for (let replica = 0; replica < host.replicas; replica++) {
      const flow = host.flow(start, replica);
      const extra = miner?.(replica) ?? null;
      if (flow === null && extra === null) continue;
      const both = flow === null ? (extra as Flow) : extra === null ? flow : addFlow(flow, extra);
      // What does not fit is killed; a miner then runs in its light mode.
      const most = 0.9 * (host.shape.ramLimit ?? Infinity);
      const all =
        both.ram <= most ? both : { ...both, ram: Math.min(most, (flow?.ram ?? 0) + 270 * MIB) };
      const isReleased = plan.guise === 'release' && start + WINDOW_MS > onset;
      loads.push(
        loadOf(
          isReleased ? { ...host.shape, image: `${host.shape.image}-next` } : host.shape,
          all,
          `${host.shape.name}-7f9c-${replica}`,
          onset - 30 * 86_400_000,
          nodes[replica] as string,
        ),
      );
    }
    return loads;
  };
  const cores = plan.share * (deployed.limit ?? 4);
  const flow = (start: number, share = 1): Flow =>
    minerFlow(plan.style, cores * share, start, onset, random);
  const spec = plan.withSpec
    ? minerSpec(plan.form === 'side-car' ? 'worker' : deployed.container, deployed.image)
    : undefined;
  /** One pod; in turns another every half hour; or every pod, one more each six hours. */
  const isMinedIn = (replica: number, start: number): boolean => {
    const passed = start - onset;
    if (plan.guise === 'turns') return replica === Math.floor(passed / 1.8e6) % host.replicas;
    if (plan.guise === 'every-pod') return replica <= passed / 2.16e7;
    return replica === 0;
  };
  const isWindows = plan.guise === 'windows';
  const own = (name: string, flow: Flow, shape: Shape, created = onset): PodLoad => ({
    ...loadOf(shape, flow, name, created, nodes[Math.abs(name.length * 7) % 64] as string),
    ...(spec === undefined ? {} : { spec }),
    ...(isWindows && { diskRead: null, diskWrite: null }),
  });
  return {
    namespace: id,
    truth,
    step(start, index) {
      const isOn = start + 300_000 > onset;
      switch (plan.form) {
        case 'pod':
          return hostLoads(
            start,
            isOn ? (replica) => (isMinedIn(replica, start) ? flow(start) : null) : null,
          );
        case 'side-car': {
          const loads = hostLoads(start, null);
          const first = loads[0];
          if (!isOn || first === undefined) return loads;
          const extra = flow(start);
          const shape: Shape = {
            ...host.shape,
            container: plan.guise === 'ephemeral' ? 'debugger-x7k2p' : 'worker',
            image: deployed.image,
            limit: deployed.limit,
            request: 0.05,
            ramLimit: null,
          };
          // Both containers share the pod's network: the assembler adds them up.
          return [first, own(first.pod, extra, shape), ...loads.slice(1)];
        }
        case 'deployment':
          return [
            ...hostLoads(start, null),
            ...(isOn ? [own(`${deployed.name}-6d8f-0`, flow(start), deployed)] : []),
          ];
        case 'daemonset':
          return [
            ...hostLoads(start, null),
            ...(isOn
              ? Array.from({ length: 8 }, (_, n) => ({
                  ...own(`${deployed.name}-${n}`, flow(start), deployed),
                  node: `node-${n + 1}`,
                }))
              : []),
          ];
        case 'replica-swarm': {
          const small: Shape = { ...deployed, limit: 0.1, request: 0.01 };
          return [
            ...hostLoads(start, null),
            ...(isOn
              ? Array.from({ length: 20 }, (_, n) =>
                  own(
                    `${deployed.name}-6d8f-${n}`,
                    minerFlow(plan.style, 0.1 * plan.share, start, onset, random),
                    small,
                  ),
                )
              : []),
          ];
        }
        case 'bare-swarm': {
          const each = (n: number): Shape => ({
            ...deployed,
            kind: 'Pod',
            name: `${tag}-job${n}`,
            limit: 0.1,
            request: 0.01,
          });
          return [
            ...hostLoads(start, null),
            ...(isOn
              ? Array.from({ length: 20 }, (_, n) =>
                  own(
                    `${tag}-job${n}`,
                    minerFlow(plan.style, 0.1 * plan.share, start, onset, random),
                    each(n),
                  ),
                )
              : []),
          ];
        }
        case 'chain': {
          if (!isOn) return hostLoads(start, null);
          const link = Math.floor(index / 2);
          const kind = seed % 2 === 0 ? 'Job' : 'Pod';
          const shape: Shape = { ...deployed, kind, name: `task-${(link * 2654435761) % 1e9}` };
          return [
            ...hostLoads(start, null),
            own(
              `${shape.name}-x`,
              flow(start, index % 2 === 0 ? 0.95 : 0.85),
              shape,
              start - (index % 2) * 300_000,
            ),
          ];
        }
        default: {
          const shape: Shape = { ...deployed, limit: 2 };
          const power = plan.style.power(start, onset);
          const load = own(
            `${deployed.name}-6d8f-0`,
            minerFlow(plan.style, 0.06, start, onset, random),
            shape,
          );
          return [
            ...hostLoads(start, null),
            ...(isOn
              ? [
                  {
                    ...load,
                    gpu: plan.share * 0.9 * power * random.noise(0.02),
                    tensor: random.between(0, 0.01),
                  },
                ]
              : []),
          ];
        }
      }
    },
  };
}

/** When the first 30 core-minutes are burnt, of all the miner's pods together. */
function burntAt(plan: MinerPlan, limit: number | null, onset: number): number {
  const cores = {
    pod: limit ?? 4,
    'side-car': limit ?? 4,
    deployment: limit ?? 4,
    daemonset: 8 * (limit ?? 4),
    'replica-swarm': 2,
    'bare-swarm': 2,
    chain: 0.9 * (limit ?? 4),
    gpu: 0.9,
  }[plan.form];
  let burnt = 0;
  const first = Math.floor(onset / WINDOW_MS) * WINDOW_MS;
  for (let start = first; start < onset + 8 * DAY_MS; start += WINDOW_MS) {
    burnt += plan.style.power(start, onset) * plan.share * cores * 5;
    if (burnt >= 30) return start + WINDOW_MS;
  }
  return onset + 8 * DAY_MS;
}

/** A spec with a mark: an address of a pool behind a renamed binary. */
function minerSpec(container: string, image: string): PodSpecFacts {
  const spec = plainSpec(container, image);
  const args = ['-o', 'stratum+ssl://gw.example.net:443', '--cpu-priority', '0'];
  return {
    ...spec,
    containers: spec.containers.map((one) => ({
      ...one,
      command: ['/usr/bin/nginx-worker'],
      args,
    })),
  };
}

export const PLAIN: MinerStyle = {
  power: () => 1,
  coverNet: 0,
  coverDisk: 0,
  ram: 2340 * MIB,
  cv: 0.02,
};
