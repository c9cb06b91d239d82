import type { NodeSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { StoredWindowsQuery } from '../../store/usage.ts';
import { codeToRate, USAGE, USAGE_COLUMNS } from '../../store/pages/columns.ts';
import type { Db } from './db.ts';
import { pageCodecs } from '../../store/pages/levels.ts';
import { readNodes } from './inventory.ts';
import { readUsagePages } from './usagePages.ts';

interface StoredContainer {
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly kind: string;
  readonly name: string;
  readonly workload_known: number;
  readonly node: string;
  readonly image: string;
}

interface WindowRow {
  readonly start: TimeMs;
  readonly coverage: number;
  readonly complete: number;
}

type MutablePod = { -readonly [K in keyof PodSample]: PodSample[K] };
type Container = PodSample['containers'][number];

/**
 * Sealed windows of one namespace as snapshots, as far as window rows are kept. What no row holds is
 * unknown in them: creation times, host network, labels, specs, restarts' reasons. Nodes have their
 * latest size.
 */
export async function readStoredWindows(
  db: Db,
  cluster: string,
  windowMs: number,
  { namespace, from, to }: StoredWindowsQuery,
): Promise<readonly Snapshot[]> {
  const nodes = (await readNodes(db, windowMs)).map(({ name, cpuCores, ramBytes, gpus, labels }) =>
    nodeSample(name, cpuCores, ramBytes, gpus, labels),
  );
  const codec = pageCodecs(windowMs).usage;
  const windows = await db.all<WindowRow>`SELECT start, coverage, complete FROM windows
      WHERE start >= ${from} AND start < ${to} ORDER BY start`;
  const snapshots: Snapshot[] = [];
  let held: TimeMs | null = null;
  let rows: readonly (StoredContainer & { present: Uint8Array; values: Float64Array })[] = [];
  for (const { start, coverage, complete } of windows) {
    const hour = floorTo(start, HOUR_MS);
    if (hour !== held) {
      held = hour;
      const found =
        await db.all<StoredContainer>`SELECT id, namespace, pod, uid, container, kind, name, workload_known, node, image
        FROM containers
        WHERE namespace = ${namespace} AND last_hour >= ${hour} AND first_hour <= ${hour} AND container <> ''
        ORDER BY uid, container, id`;
      const ids = found.map(({ id }) => id);
      const pages = await readUsagePages(db, codec, [hour], ids);
      const byId = new Map(pages.map(({ key, read }) => [key, read()]));
      rows = found.flatMap((row) => {
        const page = byId.get(row.id);
        return page === undefined ? [] : [{ ...row, ...page }];
      });
    }
    const slot = (start - hour) / windowMs;
    const pods = new Map<string, MutablePod>();
    for (const { present, values, ...row } of rows)
      if (present[slot] === 1)
        addContainer(pods, row, values.subarray(slot * USAGE_COLUMNS.length));
    snapshots.push({
      cluster,
      window: { start, end: start + windowMs },
      nodes,
      pods: [...pods.values()],
      namespaces: new Map(),
      volumes: [],
      loadBalancers: [],
      coverage,
      complete: complete === 1,
      problems: [],
      expectedSamples: {},
    });
  }
  return snapshots;
}

function addContainer(pods: Map<string, MutablePod>, row: StoredContainer, at: Float64Array): void {
  const read = (column: number, unit = 1): number | null => {
    const value = at[column] ?? Number.NaN;
    return Number.isNaN(value) ? null : value * unit;
  };
  const rate = (column: number): number | null => {
    const code = read(column);
    return code === null ? null : codeToRate(code);
  };
  let pod = pods.get(row.uid);
  if (pod === undefined) {
    pod = emptyPod(row, (read(USAGE.heldShare) ?? 0) * 1e-4);
    pods.set(row.uid, pod);
  }
  // A pod's network is kept with one of its containers.
  pod.networkReceiveBytesPerSecond ??= rate(USAGE.networkReceive);
  pod.networkTransmitBytesPerSecond ??= rate(USAGE.networkTransmit);
  const container: Container = {
    name: row.container,
    image: row.image === '' ? null : row.image,
    imageId: null,
    init: false,
    cpuUsageCores: read(USAGE.cpuUsage, 1e-9),
    cpuRequestCores: read(USAGE.cpuRequest, 1e-9),
    cpuLimitCores: read(USAGE.cpuLimit, 1e-9),
    ramUsageBytes: read(USAGE.ramUsage),
    ramPeakBytes: read(USAGE.ramPeak),
    ramRequestBytes: read(USAGE.ramRequest),
    ramLimitBytes: read(USAGE.ramLimit),
    gpuRequest: read(USAGE.gpuRequest, 1e-9),
    gpuUtilisation: read(USAGE.gpuUtilisation, 1e-4),
    gpuTensorActivity: read(USAGE.gpuTensorActivity, 1e-4),
    diskReadBytesPerSecond: rate(USAGE.diskRead),
    diskWriteBytesPerSecond: rate(USAGE.diskWrite),
    throttledShare: read(USAGE.throttledShare, 1e-4),
    runShare: (read(USAGE.runShare) ?? 0) * 1e-4,
    restarts: read(USAGE.restarts),
    lastTerminatedReason: null,
    waitingReason: null,
    coverage: (read(USAGE.coverage) ?? 0) * 1e-4,
  };
  pod.containers = [...pod.containers, container];
}

function emptyPod(row: StoredContainer, heldShare: number): MutablePod {
  return {
    namespace: row.namespace,
    name: row.pod,
    uid: row.uid,
    workload: { kind: row.kind, name: row.name },
    workloadKnown: row.workload_known === 1,
    node: row.node === '' ? null : row.node,
    createdAt: null,
    phase: null,
    hostNetwork: null,
    labels: {},
    annotations: {},
    heldShare,
    networkReceiveBytesPerSecond: null,
    networkTransmitBytesPerSecond: null,
    containers: [],
    spec: null,
  };
}

function nodeSample(
  name: string,
  cpuCores: number | null,
  ramBytes: number | null,
  gpus: number | null,
  labels: Readonly<Record<string, string>>,
): NodeSample {
  return {
    name,
    cpuCores,
    ramBytes,
    gpus,
    allocatableCpuCores: null,
    allocatableRamBytes: null,
    labels,
    providerId: null,
    upShare: 1,
    exportedPrice: null,
  };
}
