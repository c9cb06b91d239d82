import { cardsOf } from '../../model/devices.ts';
import type { Autoscaler, ClusterObjects, VolumeClaim } from '../../model/clusterObjects.ts';
import { UNATTACHED_KINDS } from '../../model/cost.ts';
import { DAY_MS, HOUR_MS, HOURS_PER_MONTH } from '../../model/time.ts';
import { workloadKey } from '../../model/workload.ts';
import type { CostRow } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { PricingConfig } from '../config.ts';
import { GIB } from '../nodes.ts';
import { meanRates } from '../splitNodePrice.ts';
import { readPlacement } from '../savings/readPlacement.ts';
import type { PlacedContainer, SavingsNode } from '../savings/estimateSavings.ts';
import type { Manifests, ManifestWorkload } from './readManifests.ts';

/** What one object of the manifests would cost, beside what it costs today. Units of currency a month. */
export interface EstimateRow {
  readonly namespace: string;
  /** `Deployment/web`, `PersistentVolumeClaim/data`, `Service/web`. */
  readonly subject: string;
  /** Pods that run today; null: none of it runs. */
  readonly podsToday: number | null;
  readonly pods: number;
  /** Zero for what does not run today. */
  readonly today: number;
  readonly expected: number;
  /** With the fewest and the most pods that its autoscaler may run; `expected` without one. */
  readonly low: number;
  readonly high: number;
  readonly notes: readonly string[];
}

export interface Estimate {
  readonly currency: string;
  readonly rows: readonly EstimateRow[];
  readonly today: number;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** How long back use and pods are averaged: a week has its weekend. */
const USE_DAYS = 7;

/** Kinds whose pods run at times only: how many run on average is known from what ran, and not from a manifest. */
const RUNS_AT_TIMES = new Set(['Job', 'CronJob']);

/**
 * What manifests would cost once applied, by the prices of the nodes of today: of those that hold the workload; of those that
 * its nodeSelector chooses, or of all, where it does not run yet. As costs are allocated: the larger of request and
 * use, where the use of the last seven days is known. Today's figure is made in the same way of what runs, so that an unchanged
 * manifest changes nothing.
 *
 * @param objects autoscalers and claims of the cluster as it is; null: only those of the manifests are known.
 */
export async function estimateChange(
  reader: Pick<HistoryReader, 'status' | 'costs' | 'nodes'>,
  pricing: PricingConfig,
  manifests: Manifests,
  objects: ClusterObjects | null,
): Promise<Estimate> {
  const { watermark, historyStart, windowMs = 0 } = await reader.status();
  const placement = await readPlacement(reader);
  const to = watermark ?? 0;
  const table = await reader.costs({
    from: to - USE_DAYS * DAY_MS,
    to,
    by: ['workload', 'container'],
    namespaces: null,
  });
  const ran = Map.groupBy(table.rows, ({ namespace, workload }) =>
    namespace === null || workload === null ? '' : workloadKey(namespace, workload),
  );
  const placed = Map.groupBy(placement.containers, ({ namespace, workload }) =>
    workloadKey(namespace, workload),
  );
  const began = historyStart === null ? to : historyStart - windowMs;
  const knownHours = (to - Math.max(table.window.start, began)) / HOUR_MS;
  const known: Known = { pricing, objects, manifests, nodes: placement.nodes, knownHours };
  const rows = [
    ...manifests.workloads.map((one) => {
      const key = workloadKey(one.namespace, one.workload);
      return workloadRow(one, { rows: ran.get(key) ?? [], placed: placed.get(key) ?? [] }, known);
    }),
    ...manifests.claims.map((claim) => claimRow(claim, known)),
    ...manifests.loadBalancers.map(({ namespace, name }) => {
      const workload = { kind: UNATTACHED_KINDS['load-balancer'], name };
      const runs = ran.has(workloadKey(namespace, workload));
      const monthly = pricing.loadBalancerHour * HOURS_PER_MONTH;
      return flatRow(namespace, `Service/${name}`, runs ? monthly : 0, monthly);
    }),
  ];
  const sum = (of: (row: EstimateRow) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  return {
    currency: pricing.currency,
    rows,
    today: sum(({ today }) => today),
    expected: sum(({ expected }) => expected),
    low: sum(({ low }) => low),
    high: sum(({ high }) => high),
  };
}

interface Known {
  readonly pricing: PricingConfig;
  readonly objects: ClusterObjects | null;
  readonly manifests: Manifests;
  readonly nodes: readonly SavingsNode[];
  /** Of the last days, as far as the history goes back. */
  readonly knownHours: number;
}

/** What ran of a workload in the last days, and what runs now. */
interface Running {
  readonly rows: readonly CostRow[];
  readonly placed: readonly PlacedContainer[];
}

function workloadRow(manifest: ManifestWorkload, running: Running, known: Known): EstimateRow {
  const { namespace, workload } = manifest;
  const { pricing } = known;
  const notes: string[] = [];
  const nodes = nodesFor(manifest, running, known, notes);
  const price = meanRates(nodes) ?? { cpuCoreHour: 0, ramGiBHour: 0, gpuHour: 0 };
  if (nodes.length === 0) notes.push('no node with a price is known: it counts as nothing');
  const mean = meanPods(running, RUNS_AT_TIMES.has(workload.kind) ? known.knownHours : null);
  const podsToday = RUNS_AT_TIMES.has(workload.kind)
    ? mean
    : running.placed.length === 0
      ? null
      : new Set(running.placed.map(({ pod }) => pod)).size;
  const use = usePerPod(running);
  const cards = cardsOf(manifest.devices, nodes[0]?.labels ?? {}, pricing.devices);
  const hourly = (containers: ManifestWorkload['containers'], beyond: ManifestWorkload['beyond']) =>
    containers.reduce((total, { name, cpuCores, ramBytes }) => {
      const used = use.get(name);
      return (
        total +
        Math.max(cpuCores, used?.cpuCores ?? 0) * price.cpuCoreHour +
        (Math.max(ramBytes, used?.ramBytes ?? 0) / GIB) * price.ramGiBHour
      );
    }, 0) +
    beyond.cpuCores * price.cpuCoreHour +
    (beyond.ramBytes / GIB) * price.ramGiBHour;
  const perPod = hourly(manifest.containers, manifest.beyond) + cards * price.gpuHour;
  const held = hourly(requestsToday(running), { cpuCores: 0, ramBytes: 0 });
  const perPodToday = held + gpusPerPod(running) * price.gpuHour;
  const { pods, fewest, most } = podsOf(manifest, { podsToday, mean, nodes }, known, notes);
  if (podsToday === null && !RUNS_AT_TIMES.has(workload.kind))
    notes.push('does not run yet: its requests alone count');
  const disks = manifest.claims.reduce((total, claim) => total + volumePerHour(claim, pricing), 0);
  const at = (count: number): number => count * (perPod + disks) * HOURS_PER_MONTH;
  // A StatefulSet's claims cannot be changed: those of pods that run cost what they cost.
  const today = (podsToday ?? 0) * (perPodToday + disks) * HOURS_PER_MONTH;
  return {
    namespace,
    subject: `${workload.kind}/${workload.name}`,
    podsToday,
    pods,
    today,
    expected: at(pods),
    low: at(fewest),
    high: at(most),
    notes,
  };
}

/** How many pods there would be: what is written, what an autoscaler or the nodes make of it, or what runs. */
function podsOf(
  { namespace, workload, replicas }: ManifestWorkload,
  running: { podsToday: number | null; mean: number | null; nodes: readonly SavingsNode[] },
  { manifests, objects }: Known,
  notes: string[],
): { readonly pods: number; readonly fewest: number; readonly most: number } {
  const exactly = (pods: number) => ({ pods, fewest: pods, most: pods });
  if (workload.kind === 'DaemonSet') return exactly(running.podsToday ?? running.nodes.length);
  if (RUNS_AT_TIMES.has(workload.kind)) {
    if (running.mean !== null) return exactly(running.mean);
    notes.push('how long its pods run is not known: it counts as nothing');
    return exactly(0);
  }
  const isTarget = ({ namespace: of, target }: Autoscaler): boolean =>
    of === namespace && target.kind === workload.kind && target.name === workload.name;
  const scaler =
    manifests.autoscalers.find(isTarget) ?? objects?.autoscalers.find(isTarget) ?? null;
  const written = replicas ?? running.podsToday ?? 1;
  if (scaler === null) return exactly(written);
  const fewest = scaler.minReplicas ?? 1;
  const most = Math.max(fewest, scaler.maxReplicas ?? written);
  notes.push(`HorizontalPodAutoscaler ${scaler.name}: ${fewest} to ${most} pods`);
  return { pods: Math.min(most, Math.max(fewest, running.mean ?? fewest)), fewest, most };
}

/** The nodes whose prices count. */
function nodesFor(
  { nodeSelector }: ManifestWorkload,
  { placed }: Running,
  { nodes }: Known,
  notes: string[],
): readonly SavingsNode[] {
  const holding = new Set(placed.map(({ node }) => node));
  const own = nodes.filter(({ name }) => holding.has(name));
  const labels = Object.entries(nodeSelector);
  const chosen = nodes.filter((node) =>
    labels.every(([label, value]) => node.labels?.[label] === value),
  );
  const isMoving = own.some((node) => !chosen.includes(node));
  if (own.length > 0 && !isMoving) return own;
  if (chosen.length > 0) return chosen;
  notes.push('no node has the labels of its nodeSelector: the prices of all nodes count');
  return nodes;
}

/**
 * Pods on average: those of the container that ran most; null where none ran.
 *
 * @param overHours what the average is over; null: from when it was seen first to when it was seen last.
 */
function meanPods({ rows }: Running, overHours: number | null): number | null {
  const hours = rows.map(({ runHours = 0, seen }) => {
    const span = overHours ?? (seen ? (seen.end - seen.start) / HOUR_MS : 0);
    return span > 0 ? runHours / Math.max(span, 1) : 0;
  });
  const most = Math.max(0, ...hours);
  return most > 0 ? most : null;
}

/** What each container uses on average while it runs. */
function usePerPod({
  rows,
}: Running): ReadonlyMap<string, Pick<PlacedContainer, 'cpuCores' | 'ramBytes'>> {
  return new Map(
    rows.flatMap(({ container, runHours = 0, cpuUsageCoreHours, ramUsageByteHours }) =>
      container === null || runHours <= 0
        ? []
        : [
            [
              container,
              { cpuCores: cpuUsageCoreHours / runHours, ramBytes: ramUsageByteHours / runHours },
            ],
          ],
    ),
  );
}

/** What a pod of today asks for, container by container; of what runs at times, what it asked for when it did. */
function requestsToday({ placed, rows }: Running): ManifestWorkload['containers'] {
  const [first] = placed;
  if (first !== undefined)
    return placed
      .filter(({ pod }) => pod === first.pod)
      .map(({ container, cpuCores, ramBytes }) => ({ name: container, cpuCores, ramBytes }));
  return rows.flatMap(({ container, runHours = 0, cpuRequestCoreHours, ramRequestByteHours }) =>
    container === null || runHours <= 0
      ? []
      : [
          {
            name: container,
            cpuCores: cpuRequestCoreHours / runHours,
            ramBytes: ramRequestByteHours / runHours,
          },
        ],
  );
}

function gpusPerPod({ rows }: Running): number {
  return rows.reduce(
    (sum, { gpuHours, runHours = 0 }) => sum + (runHours > 0 ? gpuHours / runHours : 0),
    0,
  );
}

function claimRow(claim: VolumeClaim, { pricing, objects }: Known): EstimateRow {
  const { namespace, name } = claim;
  const old = objects?.claims.find((one) => one.namespace === namespace && one.name === name);
  const [today, expected] = [old, claim].map((one) =>
    one === undefined ? 0 : volumePerHour(one, pricing) * HOURS_PER_MONTH,
  );
  return flatRow(namespace, `${UNATTACHED_KINDS.volume}/${name}`, today ?? 0, expected ?? 0);
}

function flatRow(namespace: string, subject: string, today: number, expected: number): EstimateRow {
  const row = { namespace, subject, podsToday: null, pods: 0, notes: [] };
  return { ...row, today, expected, low: expected, high: expected };
}

/** As volumes are charged: the class's price, else the flat one. */
function volumePerHour(
  { storageClass, bytes }: Pick<VolumeClaim, 'storageClass' | 'bytes'>,
  { storageClasses, storageGiBHour }: PricingConfig,
): number {
  return ((bytes ?? 0) / GIB) * (storageClasses[storageClass ?? ''] ?? storageGiBHour);
}
