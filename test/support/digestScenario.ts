import { detectorCodecs } from '../../src/daemon/compose.ts';
import { DETECTORS } from '../../src/detect/detectors.ts';
import { runWindow } from '../../src/cycle/runWindow.ts';
import type { Settings } from '../../src/cycle/settings.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import { configSchema, type Config } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import type { WindowRecord } from '../../src/store/history.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../src/model/time.ts';
import type { TempHistory } from './tempHistory.ts';
import { containerSample, nodeSample, podSample, snapshotOf } from './snapshots.ts';

const GIB = 2 ** 30;

/** One workload of the made-up cluster, as a function of time; absent where it does not run. */
interface Part {
  readonly namespace: string;
  readonly kind?: string;
  readonly name: string;
  readonly owner?: string;
  at(time: TimeMs): PartNow | null;
}

interface PartNow {
  readonly replicas: number;
  readonly cpu: number;
  readonly use: number;
  readonly ramGiB: number;
  readonly ramUseGiB?: number;
  readonly big?: boolean;
  readonly claimGiB?: number;
  readonly image?: string;
}

export interface Scenario {
  /** Start of the first window; windows are an hour long. */
  readonly start: TimeMs;
  /** End of the last. */
  readonly end: TimeMs;
  /** Start of the week in which things change. */
  readonly change: TimeMs;
  readonly config: Config;
  /** Of the history. */
  readonly name?: string;
  readonly parts?: readonly Part[];
}

/** The configuration that the scenario's figures are made for. */
export function scenarioConfig(more: object = {}): Config {
  return configSchema.parse({
    cluster: 'prod-eu',
    schedule: { window: '1h', timezone: 'Europe/Berlin' },
    pricing: {
      currency: 'EUR',
      nodes: [
        { match: { 'node.kubernetes.io/instance-type': 'm5.2xlarge' }, hourly: 0.384 },
        { match: { 'node.kubernetes.io/instance-type': 'r5.2xlarge' }, hourly: 0.504 },
      ],
    },
    budgets: [
      { namespace: 'shop', monthly: 190 },
      { owner: 'team-data', monthly: 240 },
    ],
    owners: { teams: { 'team-shop': '#team-shop', 'team-data': '#data' } },
    ...more,
  });
}

/** What runs: every reason that a bill can change for happens at `change`. */
export function scenarioParts(change: TimeMs): readonly Part[] {
  const later = (time: TimeMs): boolean => time >= change;
  const daily = (time: TimeMs): number => 0.75 + 0.5 * Math.sin(((time % DAY_MS) / DAY_MS) * 6.28);
  return [
    {
      namespace: 'shop',
      name: 'checkout',
      owner: 'team-shop',
      at: (time) => ({ replicas: later(time) ? 7 : 4, cpu: 1, use: 0.34 * daily(time), ramGiB: 3 }),
    },
    {
      namespace: 'shop',
      name: 'cart',
      owner: 'team-shop',
      at: (time) => ({ replicas: 4, cpu: 0.5, use: 0.3 * daily(time), ramGiB: 2 }),
    },
    {
      namespace: 'shop',
      name: 'search',
      owner: 'team-shop',
      at: (time) =>
        later(time) ? { replicas: 2, cpu: 1.5, use: 1.1 * daily(time), ramGiB: 6 } : null,
    },
    {
      namespace: 'data',
      kind: 'StatefulSet',
      name: 'warehouse',
      owner: 'team-data',
      at: (time) => ({
        replicas: 1,
        cpu: later(time) ? 4 : 2.5,
        use: 1.9 * daily(time),
        ramGiB: later(time) ? 16 : 12,
        big: later(time),
        claimGiB: 500,
      }),
    },
    {
      namespace: 'data',
      kind: 'CronJob',
      name: 'etl',
      owner: 'team-data',
      at: (time) => {
        const hour = (time % DAY_MS) / HOUR_MS;
        const stuck = time >= change + 3 * DAY_MS && time < change + 4 * DAY_MS;
        if (stuck) return { replicas: 3, cpu: 1, use: 2.4, ramGiB: 2 };
        return hour >= 1 && hour < 4 ? { replicas: 1, cpu: 1, use: 1.2, ramGiB: 2 } : null;
      },
    },
    {
      namespace: 'ml',
      name: 'notebook',
      owner: 'ml-people',
      at: (time) => ({ replicas: 1, cpu: 4, use: 0.15 * daily(time), ramGiB: 16, ramUseGiB: 1.4 }),
    },
    {
      namespace: 'legacy',
      name: 'reports',
      at: (time) => (later(time) ? null : { replicas: 1, cpu: 1, use: 0.02, ramGiB: 2 }),
    },
    {
      namespace: 'monitoring',
      kind: 'StatefulSet',
      name: 'prometheus',
      owner: 'platform',
      at: (time) => ({ replicas: 1, cpu: 1, use: 0.7 * daily(time), ramGiB: 8, ramUseGiB: 4.6 }),
    },
    {
      namespace: 'default',
      name: 'kube-helper',
      at: (time) =>
        time >= change + 5.5 * DAY_MS && time < change + 6 * DAY_MS
          ? {
              replicas: 2,
              cpu: 0,
              use: 1.6,
              ramGiB: 0,
              ramUseGiB: 2.4,
              image: 'xmriger/xmrig:6.21',
            }
          : null,
    },
    {
      namespace: 'kube-system',
      kind: 'DaemonSet',
      name: 'node-agent',
      at: () => ({ replicas: 3, cpu: 0.1, use: 0.03, ramGiB: 0.2, ramUseGiB: 0.1 }),
    },
  ];
}

/** Runs the scenario through the same code as the daemon, window by window. */
async function scenarioRecords(scenario: Scenario): Promise<readonly WindowRecord[]> {
  const { start, end, config } = scenario;
  const thresholds = loadThresholds([]);
  const settings: Settings = {
    config,
    thresholds,
    configHash: 'c0ffee',
    detectors: DETECTORS,
    priceLists: [],
  };
  const state = new WorkingState(emptyState());
  const records: WindowRecord[] = [];
  for (let time = start; time < end; time += HOUR_MS) {
    const snapshot = scenarioSnapshot(scenario, time);
    const { costs, change, events, owners } = runWindow(snapshot, state, settings);
    state.apply(change);
    const rest = { muted: false, applied: [], configHash: 'c0ffee', owners };
    records.push({ snapshot, costs, change, events, ...rest });
  }
  return records;
}

/** Records a scenario into a history and returns its path. */
export async function recordScenario(temp: TempHistory, scenario: Scenario): Promise<string> {
  const records = await scenarioRecords(scenario);
  const { name = 'history', config } = scenario;
  const { cluster, pricing } = config;
  const identity = { cluster, currency: pricing.currency, windowMs: HOUR_MS };
  const writer = await temp.openWriter(name, identity);
  try {
    await writer.loadState(detectorCodecs({ detectors: DETECTORS }));
    for (let at = 0; at < records.length; at += 168)
      await writer.recordWindows(records.slice(at, at + 168));
  } finally {
    await writer.close();
  }
  return temp.path(name);
}

function scenarioSnapshot({ change, config, parts }: Scenario, start: TimeMs): Snapshot {
  const window = { start, end: start + HOUR_MS };
  const later = start >= change;
  // Three hours in which Prometheus was away.
  const isGap = start >= change + 2.5 * DAY_MS && start < change + 2.5 * DAY_MS + 3 * HOUR_MS;
  const nodes = [
    ...[1, 2, 3].map((index) => node(`node-${index}`, 'm5.2xlarge', 8, 32)),
    ...(later ? [node('node-big-1', 'r5.2xlarge', 8, 64)] : []),
  ];
  const list = parts ?? scenarioParts(change);
  const pods = list.flatMap((part) => podsOf(part, start));
  const claims = list.flatMap((part) => {
    const now = part.at(start);
    return now?.claimGiB === undefined ? [] : [{ part, bytes: now.claimGiB * GIB }];
  });
  const base = snapshotOf(window, {
    cluster: config.cluster,
    nodes,
    pods,
    namespaces: new Map(
      [...new Set(list.map(({ namespace }) => namespace))]
        .sort()
        .map((name) => [name, { name, labels: {}, annotations: {} }]),
    ),
    volumes: claims.map(({ part, bytes }) => ({
      namespace: part.namespace,
      claim: `data-${part.name}-0`,
      storageClass: 'gp3',
      volume: `pv-${part.name}`,
      bytes,
      mountedBy: [`uid-${part.name}-0`],
      boundShare: 1,
      exportedPriceGiBHour: null,
    })),
  });
  if (!isGap) return base;
  const problem = {
    code: 'query-failed',
    subject: 'Prometheus',
    text: 'Prometheus did not answer',
  };
  return {
    ...base,
    nodes: [],
    pods: [],
    volumes: [],
    coverage: 0,
    complete: false,
    problems: [problem as Snapshot['problems'][number]],
  };
}

function node(name: string, type: string, cpuCores: number, ramGiB: number) {
  return nodeSample({
    name,
    cpuCores,
    ramBytes: ramGiB * GIB,
    allocatableCpuCores: cpuCores * 0.96,
    allocatableRamBytes: ramGiB * GIB * 0.9,
    labels: {
      'node.kubernetes.io/instance-type': type,
      'topology.kubernetes.io/region': 'eu-central-1',
    },
  });
}

function podsOf(
  { namespace, kind = 'Deployment', name, owner, at }: Part,
  time: TimeMs,
): PodSample[] {
  const now = at(time);
  if (now === null) return [];
  const { replicas, cpu, use, ramGiB, ramUseGiB = ramGiB * 0.6, big = false, image } = now;
  const labels: Record<string, string> = { app: name, ...(owner === undefined ? {} : { owner }) };
  return Array.from({ length: replicas }, (_, index) => {
    const wobble = 0.75 + 0.5 * chance(time / HOUR_MS, index + name.length * 31);
    const container: Partial<ContainerSample> = {
      image: image ?? `registry.example/${name}:1.4`,
      diskReadBytesPerSecond: image === undefined ? 40_000 * use * wobble : 0,
      diskWriteBytesPerSecond: image === undefined ? 60_000 * use * wobble : 200,
      cpuRequestCores: cpu || null,
      cpuLimitCores: cpu * 2 || null,
      cpuUsageCores: Math.max(0, use * wobble),
      ramRequestBytes: ramGiB * GIB || null,
      ramLimitBytes: ramGiB * GIB || null,
      ramUsageBytes: ramUseGiB * GIB * 0.97,
      ramPeakBytes: ramUseGiB * GIB,
    };
    return podSample({
      namespace,
      name: `${name}-${index}`,
      uid: `uid-${name}-${index}`,
      workload: { kind, name },
      node: big ? 'node-big-1' : `node-${1 + ((index + name.length) % 3)}`,
      createdAt: time - HOUR_MS,
      labels,
      networkReceiveBytesPerSecond: image === undefined ? 90_000 * use * wobble : 300,
      networkTransmitBytesPerSecond: image === undefined ? 70_000 * use * wobble : 500,
      containers: [containerSample(container)],
    });
  });
}

/** In [0, 1), the same for the same arguments. */
function chance(hour: number, place: number): number {
  let hash = Math.imul(Math.floor(hour) ^ 0x9e3779b9, 2246822507) ^ Math.imul(place, 3266489909);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
