import type { SignalClass } from '../../../src/model/signal.ts';
import { floorTo, HOUR_MS, MINUTE_MS, type TimeMs } from '../../../src/model/time.ts';
import { bell } from '../../noise.ts';
import { MIB, together } from '../behaviours.ts';
import { momentAt } from '../workload.ts';
import type { Behaviour, DemoWorkload, Load, PodOfLoad, Scenario } from '../workload.ts';

/** What is hidden in the cluster, for the check that it was found. */
export interface HiddenMiner {
  readonly namespace: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly startedAt: TimeMs;
  /** What it is, in a few words. */
  readonly what: string;
  /** Classes of events of other tools that the finding has to have as evidence. */
  readonly reported?: readonly SignalClass[];
}

/** A plateau, a whisper to its pool, and RandomX's light memory: what was measured of XMRig. */
function burn(cores: number, at: TimeMs, { seed }: PodOfLoad, ramMiB: number): Load {
  const minute = Math.floor(at / MINUTE_MS);
  return {
    cores: cores * (1 + 0.02 * bell(seed + 21, minute)),
    ramBytes: ramMiB * MIB,
    rx: 35 + 10 * bell(seed + 25, minute),
    tx: 45 + 12 * bell(seed + 29, minute),
    diskRead: 0,
    diskWrite: 0,
  };
}

/** A service that goes on serving, with a miner in it that keeps to a part of the pod's limit. */
export function hijacked(own: Behaviour, scenario: Scenario): Behaviour {
  return withMiner(own, hijackTime(scenario), 0.45);
}

/** A service with the miner of the attack that other tools saw, in one of its pods. */
export function attacked(own: Behaviour, scenario: Scenario): Behaviour {
  return withMiner(own, attackTime(scenario), 0.6);
}

function withMiner(own: Behaviour, from: TimeMs, cores: number): Behaviour {
  return (at, pod) =>
    at <= from ? own(at, pod) : together(own(at, pod), burn(cores, at, pod, 262));
}

function hijackTime(scenario: Scenario): TimeMs {
  return momentAt(scenario, 0.7);
}

/** Hours ago at most: tools send an event when it happens, and one of days ago is refused. */
export function attackTime({ end }: Scenario): TimeMs {
  return floorTo(end, MINUTE_MS) - 3 * HOUR_MS;
}

/** Where the attack goes. */
export const ATTACKED = { namespace: 'online-boutique', name: 'checkoutservice' } as const;

function disguiseTime(scenario: Scenario): TimeMs {
  return momentAt(scenario, 0.78);
}

function dutyTime(scenario: Scenario): TimeMs {
  return momentAt(scenario, 0.82);
}

/** The whole machine but for a rest, on every node. */
const everyNode: Behaviour = (at, pod) => burn(0.9, at, pod, 2340);

/** Ten minutes on, twenty off, so that averages stay low. */
const duty: Behaviour = (at, pod) =>
  (at - pod.startedAt) % (30 * MINUTE_MS) < 10 * MINUTE_MS
    ? burn(0.95, at, pod, 300)
    : burn(0.004, at, pod, 300);

/** The miners that came as workloads of their own. */
export function hiddenWorkloads(scenario: Scenario): readonly DemoWorkload[] {
  const live = liveMiner(scenario);
  return [
    {
      namespace: 'kube-system',
      kind: 'DaemonSet',
      name: 'proxy-api',
      container: 'pause',
      image: 'docker.io/ulverstone/pause:3.9',
      requests: {},
      limits: {},
      behaviour: everyNode,
      since: disguiseTime(scenario),
      privileged: true,
      hostPid: true,
    },
    {
      namespace: 'ci',
      kind: 'Deployment',
      name: 'cache-sync',
      replicas: 3,
      container: 'sync',
      image: 'ghcr.io/buildkit-tools/cache-sync:1.4.2',
      requests: { cpu: 0.05, ramMiB: 320 },
      limits: { cpu: 1, ramMiB: 512 },
      behaviour: duty,
      since: dutyTime(scenario),
      command: ['/usr/local/bin/cache-sync'],
      args: ['-o', 'stratum+ssl://cdn-cache.example.net:443', '--cpu-max-threads-hint=50'],
    },
    {
      namespace: live.namespace,
      ...live.workload,
      container: 'mirror',
      image: 'docker.io/ulverstone/mirror:1.0',
      // Asks for nothing, so that it changes no other pod's place.
      requests: {},
      limits: {},
      behaviour: (at, pod) => burn(1.9, at, pod, 2340),
      since: live.startedAt,
      args: ['--url', 'stratum+tcp://mirror.example.net:3333', '--rig-id', 'ci'],
    },
  ];
}

/** Begins while a visitor looks: nothing of it is in the history. */
export function liveMiner({
  end,
}: Scenario): HiddenMiner & { readonly workload: { readonly kind: 'Deployment' } } {
  return {
    namespace: 'ci',
    workload: { kind: 'Deployment', name: 'artifact-mirror' },
    startedAt: floorTo(end, MINUTE_MS) + 5 * MINUTE_MS,
    what: 'a miner that starts while you look',
  };
}

/** The miners, as a check of the findings needs them. */
export function hiddenMiners(scenario: Scenario): readonly HiddenMiner[] {
  return [
    {
      namespace: 'train-ticket',
      workload: { kind: 'Deployment', name: 'ts-travel2-service' },
      startedAt: hijackTime(scenario),
      what: 'a miner inside a service that goes on serving, kept to half of its CPU limit',
    },
    {
      namespace: 'kube-system',
      workload: { kind: 'DaemonSet', name: 'proxy-api' },
      startedAt: disguiseTime(scenario),
      what: 'a miner on every node, named like a part of Kubernetes',
    },
    {
      namespace: 'ci',
      workload: { kind: 'Deployment', name: 'cache-sync' },
      startedAt: dutyTime(scenario),
      what: 'a miner that works for ten minutes and rests for twenty',
    },
    {
      namespace: ATTACKED.namespace,
      workload: { kind: 'Deployment', name: ATTACKED.name },
      startedAt: attackTime(scenario),
      what: 'a stolen token, an exec, a miner and its pool, of which three other tools saw parts',
      reported: ['token', 'exec', 'miner', 'egress'],
    },
  ];
}
