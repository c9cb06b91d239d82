import { NO_WORK, type Collector } from '../../src/collect/collector.ts';
import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import type { PodSpecFacts } from '../../src/model/podSpec.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs, type Window } from '../../src/model/time.ts';

/** A made-up shop: what each workload does is a function of the time and its place. */
interface MadeUpWorkload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  /** Cores a pod uses at night and at the height of the day. */
  readonly cores: readonly [number, number];
  readonly requestCores: number | null;
  readonly limitCores: number | null;
  readonly ramMiB: number;
  readonly ramRequestMiB: number | null;
  /** Network and disk bytes for each core-second of work. */
  readonly bytesPerCoreSecond: number;
}

const MIB = 2 ** 20;
const REGISTRY = 'registry.shop.example';
const OWNERS: Readonly<Record<string, string>> = {
  shop: 'team-shop',
  payments: 'team-payments',
  data: 'team-data',
  'platform-monitoring': 'team-platform',
};

const WORKLOADS: readonly MadeUpWorkload[] = [
  work(
    'shop',
    'Deployment',
    'checkout',
    'checkout:4.18.2',
    3,
    [0.12, 0.42],
    [0.5, 4],
    380,
    512,
    9e3,
  ),
  work('shop', 'Deployment', 'cart', 'cart:2.7.0', 3, [0.06, 0.21], [0.25, 1], 210, 256, 8e3),
  work(
    'shop',
    'Deployment',
    'catalogue',
    'catalogue:9.1.4',
    4,
    [0.18, 0.7],
    [2, null],
    620,
    4096,
    2e4,
  ),
  work('shop', 'Deployment', 'search', 'search:1.33.0', 2, [0.4, 1.3], [2, 3], 2900, 4096, 1.2e4),
  work('shop', 'StatefulSet', 'sessions', 'redis:7.4', 2, [0.05, 0.12], [0.5, 0.5], 700, 1024, 3e4),
  work('shop', 'Deployment', 'emails', 'emails:0.9.8', 1, [0.01, 0.03], [0.5, 1], 96, 512, 4e3),
  work('payments', 'Deployment', 'ledger', 'ledger:3.2.1', 2, [0.1, 0.24], [1, 2], 540, 2048, 1e4),
  work(
    'payments',
    'Deployment',
    'psp-gateway',
    'psp-gateway:5.0.3',
    2,
    [0.08, 0.3],
    [0.5, 1],
    330,
    512,
    1.6e4,
  ),
  work(
    'payments',
    'Deployment',
    'fraud-model',
    'fraud-model:2026.46',
    2,
    [0.5, 1.1],
    [1.5, 2],
    3100,
    4096,
    5e3,
  ),
  work(
    'data',
    'StatefulSet',
    'warehouse',
    'clickhouse:26.3',
    2,
    [0.9, 1.6],
    [3, 6],
    9800,
    12288,
    9e4,
  ),
  work('data', 'Deployment', 'notebooks', 'notebooks:12', 2, [0.02, 0.15], [2, 4], 900, 8192, 2e3),
  work('data', 'Deployment', 'ingest', 'ingest:8.8.0', 3, [0.35, 0.6], [1, 2], 450, 1024, 5e4),
  work(
    'platform-monitoring',
    'StatefulSet',
    'prometheus',
    'prometheus:3.5',
    1,
    [0.6, 0.8],
    [1, 2],
    5200,
    6144,
    4e4,
  ),
  work(
    'platform-monitoring',
    'DaemonSet',
    'node-agent',
    'node-agent:1.2',
    6,
    [0.03, 0.05],
    [0.1, 0.2],
    90,
    128,
    2e4,
  ),
];

function work(
  namespace: string,
  kind: string,
  name: string,
  image: string,
  replicas: number,
  cores: readonly [number, number],
  [requestCores, limitCores]: readonly [number | null, number | null],
  ramMiB: number,
  ramRequestMiB: number,
  bytesPerCoreSecond: number,
): MadeUpWorkload {
  const whole = `${REGISTRY}/${image}`;
  return {
    namespace,
    kind,
    name,
    image: whole,
    replicas,
    cores,
    requestCores,
    limitCores,
    ramMiB,
    ramRequestMiB,
    bytesPerCoreSecond,
  };
}

export interface ShopOptions {
  readonly from: TimeMs;
  /** When the image of `shop/checkout` is replaced by one that mines (a name seen in real attacks). */
  readonly attackAt: TimeMs;
  /** A stretch in which nothing could be collected. */
  readonly gap: Window | null;
}

/** Collects the made-up shop: no server, the same answer for the same time. */
export function shopCollector(options: ShopOptions): Collector {
  return {
    collect: (windows) => Promise.resolve(windows.map((window) => shopWindow(window, options))),
    batchSize: () => 48,
    oldestData: () => Promise.resolve(options.from),
    hasDataAfter: () => Promise.resolve(true),
    takeWork: () => NO_WORK,
    close: () => Promise.resolve(),
  };
}

function shopWindow(window: Window, options: ShopOptions): Snapshot {
  const { gap } = options;
  const isGap = gap !== null && window.start >= gap.start && window.end <= gap.end;
  const pods = isGap ? [] : WORKLOADS.flatMap((one) => podsOf(one, window, options));
  return {
    cluster: 'prod-eu',
    window,
    nodes: isGap ? [] : NODES,
    pods: pods.sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1)),
    namespaces: new Map(
      Object.entries(OWNERS).map(([name, owner]) => [
        name,
        { name, labels: { owner }, annotations: {} },
      ]),
    ),
    volumes: [],
    loadBalancers: [],
    coverage: isGap ? 0 : 1,
    complete: !isGap,
    problems: isGap
      ? [{ code: 'low-coverage', subject: 'cadvisor', text: 'No container metrics were scraped' }]
      : [],
    expectedSamples: {},
  };
}

function podsOf(
  workload: MadeUpWorkload,
  { start, end }: Window,
  { attackAt }: ShopOptions,
): readonly PodSample[] {
  const isTarget = workload.name === 'checkout';
  const isAttacked = isTarget && start >= attackAt;
  const generation = isAttacked ? 1 : 0;
  return Array.from({ length: workload.replicas }, (_, index) => {
    const name = podName(workload, index, generation);
    const place = hash(name);
    const mines = isAttacked && index < 2;
    const honest = usage(workload, start, place);
    const cpuUsageCores = mines
      ? Math.min(3.94, honest + 3.7 + 0.05 * wobble(place, start))
      : honest;
    const bytes = honest * workload.bytesPerCoreSecond * (0.8 + 0.4 * wobble(place + 1, start));
    return {
      namespace: workload.namespace,
      name,
      uid: `uid-${name}`,
      workload: { kind: workload.kind, name: workload.name },
      workloadKnown: true,
      node: `node-${1 + ((place + index) % NODES.length)}`,
      createdAt: isAttacked ? attackAt : end - 40 * DAY_MS,
      phase: 'Running',
      hostNetwork: false,
      labels: { app: workload.name },
      annotations: {},
      heldShare: 1,
      networkReceiveBytesPerSecond: bytes,
      networkTransmitBytesPerSecond: bytes * 0.7 + (mines ? 40 : 0),
      containers: [container(workload, { cpuUsageCores, mines, isAttacked, place, start })],
      spec: isAttacked ? ATTACKED_SPEC : spec(workload),
    };
  });
}

function container(
  workload: MadeUpWorkload,
  now: {
    readonly cpuUsageCores: number;
    readonly mines: boolean;
    readonly isAttacked: boolean;
    readonly place: number;
    readonly start: TimeMs;
  },
): ContainerSample {
  const { cpuUsageCores, place, start } = now;
  const ram =
    (workload.ramMiB * (0.93 + 0.1 * wobble(place + 2, start)) + (now.mines ? 2350 : 0)) * MIB;
  const limit = workload.ramRequestMiB === null ? null : Math.max(workload.ramRequestMiB * 2, 4096);
  return {
    name: 'app',
    image: now.isAttacked ? 'docker.io/xmriger/jenkins:nano' : workload.image,
    imageId: null,
    init: false,
    cpuUsageCores,
    cpuRequestCores: workload.requestCores,
    cpuLimitCores: workload.limitCores,
    ramUsageBytes: Math.round(ram),
    ramPeakBytes: Math.round(ram * 1.03),
    ramRequestBytes: workload.ramRequestMiB === null ? null : workload.ramRequestMiB * MIB,
    ramLimitBytes: limit === null ? null : limit * MIB,
    gpuRequest: null,
    gpuUtilisation: null,
    gpuTensorActivity: null,
    diskReadBytesPerSecond: 400 * wobble(place + 3, start),
    diskWriteBytesPerSecond: 6e3 * wobble(place + 4, start) + workload.bytesPerCoreSecond * 0.1,
    throttledShare:
      workload.limitCores === null ? null : now.mines ? 0.12 : 0.02 * wobble(place, start),
    runShare: 1,
    restarts: workload.name === 'emails' && start % (6 * HOUR_MS) === 0 ? 1 : 0,
    lastTerminatedReason: null,
    waitingReason: null,
    coverage: 1,
  };
}

function spec({ name, image }: MadeUpWorkload): PodSpecFacts {
  const known = SPECS.get(name);
  if (known !== undefined) return known;
  const made: PodSpecFacts = {
    serviceAccount: name,
    tokenMounted: false,
    isWindows: false,
    resources: null,
    hostNetwork: false,
    hostPid: name === 'node-agent',
    hostIpc: false,
    hostPaths: name === 'node-agent' ? ['/proc', '/sys'] : [],
    priorityClass: null,
    qosClass: 'Burstable',
    containers: [
      {
        name: 'app',
        role: 'main',
        image,
        command: [],
        args: [],
        env: [],
        ports: [8080],
        privileged: name === 'node-agent',
        addedCapabilities: [],
        runAsRoot: ['notebooks', 'node-agent'].includes(name),
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        seccompProfile: 'RuntimeDefault',
        hugePagesBytes: 0,
        requests: {},
        limits: {},
      },
    ],
  };
  SPECS.set(name, made);
  return made;
}

/** The same object for the same workload, as an inventory that was not read again gives. */
const SPECS = new Map<string, PodSpecFacts>();
const ATTACKED_SPEC = attackedSpec();

function attackedSpec(): PodSpecFacts {
  const honest = spec(WORKLOADS[0] as MadeUpWorkload);
  const containers = honest.containers.map((one) => ({
    ...one,
    image: 'docker.io/xmriger/jenkins:nano',
    runAsRoot: true,
  }));
  return { ...honest, containers };
}

/** More by day than by night, less at the weekend, never twice the same. */
function usage({ cores }: MadeUpWorkload, start: TimeMs, place: number): number {
  const hour = (start % DAY_MS) / HOUR_MS;
  const day = Math.max(0, Math.sin(((hour - 6) / 17) * Math.PI));
  const weekday = new Date(start).getUTCDay();
  const week = weekday === 0 || weekday === 6 ? 0.55 : 1;
  const [low, high] = cores;
  return (low + (high - low) * day * week) * (0.9 + 0.2 * wobble(place, start));
}

function podName({ kind, name }: MadeUpWorkload, index: number, generation: number): string {
  if (kind === 'StatefulSet') return `${name}-${index}`;
  const tail = (hash(`${name}${index}${generation}`) % 60_466_176).toString(36).padStart(5, 'x');
  if (kind === 'DaemonSet') return `${name}-${tail}`;
  const template = (hash(`${name}${generation}`) % 2_176_782_336).toString(36).padStart(6, '7');
  return `${name}-${template}-${tail}`;
}

const NODES: readonly NodeSample[] = Array.from({ length: 6 }, (_, index) => ({
  name: `node-${index + 1}`,
  cpuCores: 8,
  ramBytes: 32 * 2 ** 30,
  gpus: 0,
  allocatableCpuCores: 7.9,
  allocatableRamBytes: 30 * 2 ** 30,
  labels: { 'node.kubernetes.io/instance-type': 'm5.2xlarge' },
  providerId: null,
  upShare: 1,
  exportedPrice: null,
}));

/** A number in [0, 1) that changes every ten minutes and depends on nothing else. */
function wobble(place: number, time: TimeMs): number {
  return hash(`${place} ${Math.floor(time / (10 * MINUTE_MS))}`) / 2 ** 32;
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
  value = Math.imul(value ^ (value >>> 15), 2_246_822_507);
  return (value ^ (value >>> 13)) >>> 0;
}
