import type { ExpectedSamples, PodSample, Snapshot } from '../../model/snapshot.ts';
import type { Window } from '../../model/time.ts';
import type { RestoreName } from '../labels.ts';
import type { Batch } from '../prometheus/fetchBatch.ts';
import { refuseSeveralClusters } from './clusters.ts';
import type { CoverageSum } from './coverage.ts';
import { isCollapse, learn } from './coverage.ts';
import { hasFailed } from './absentMetrics.ts';
import { buildEgressTable, withEgress } from './egress.ts';
import { buildNamespaceTable, namespacesAt } from './namespaces.ts';
import { buildNodeTable, nodesAt } from './nodes.ts';
import { objectsAt } from './objects.ts';
import { buildOwnerIndex } from './owners.ts';
import { podSample } from './podSample.ts';
import { buildPodTable } from './podTable.ts';
import { problemsAt } from './problems.ts';
import { at, compare, countAt } from './series.ts';
import { buildStorageTable, loadBalancersAt, volumesAt } from './storage.ts';
import { livingPods } from './windowFacts.ts';
import type { LivingPod, WindowFacts } from './windowFacts.ts';

/** What assembling depends on besides the answers. */
export interface AssembleSettings {
  readonly cluster: string;
  readonly restoreName: RestoreName;
}

/**
 * Turns the answers over a batch of windows into one snapshot a window. Pure: a window's snapshot is the
 * same whether it was asked for alone or in any batch, given the same `expected`.
 *
 * @throws CollectError `several-clusters`.
 */
export function assemble(
  batch: Batch,
  windows: readonly Window[],
  expected: ExpectedSamples,
  settings: AssembleSettings,
): readonly Snapshot[] {
  refuseSeveralClusters(batch);
  const tables: Tables = {
    pods: buildPodTable(batch, settings.restoreName),
    nodes: buildNodeTable(batch, settings.restoreName),
    namespaces: buildNamespaceTable(batch, settings.restoreName),
    storage: buildStorageTable(batch),
    owners: buildOwnerIndex(batch),
    egress: buildEgressTable(batch),
  };
  const snapshots: Snapshot[] = [];
  let known = expected;
  windows.forEach((window, index) => {
    const snapshot = assembleWindow(batch, tables, window, index + 1, known, settings);
    known = snapshot.expectedSamples;
    snapshots.push(snapshot);
  });
  return snapshots;
}

interface Tables {
  readonly pods: ReturnType<typeof buildPodTable>;
  readonly nodes: ReturnType<typeof buildNodeTable>;
  readonly namespaces: ReturnType<typeof buildNamespaceTable>;
  readonly storage: ReturnType<typeof buildStorageTable>;
  readonly owners: ReturnType<typeof buildOwnerIndex>;
  readonly egress: ReturnType<typeof buildEgressTable>;
}

function assembleWindow(
  batch: Batch,
  tables: Tables,
  window: Window,
  point: number,
  remembered: ExpectedSamples,
  settings: AssembleSettings,
): Snapshot {
  const living = livingPods(tables.pods, point);
  const nodeSamples = nodeInfoSamples(batch, point);
  const counts = sampleCounts(living, nodeSamples);
  const population = longLived(living, point);
  const facts: WindowFacts = {
    window,
    point,
    pods: living,
    kubeSamples: counts.kubeState,
    usageSamples: counts.cadvisor,
    expected: {
      cadvisor: Math.max(remembered.cadvisor, counts.cadvisor),
      kubeState: Math.max(remembered.kubeState, counts.kubeState),
    },
  };
  const coverageSum: CoverageSum = { present: 0, expected: 0 };
  const requestsReported = batch.answers.requests.series.some(
    (series) => at(series.values, point) !== null,
  );
  const context = { facts, owners: tables.owners, requestsReported, coverage: coverageSum };
  const measured: PodSample[] = living.map((pod) => podSample(pod, context)).sort(byIdentity);
  const pods = withEgress(measured, tables.egress, point);
  // A cluster without any pod does not exist: nothing seen is nothing known.
  const coverage = coverageSum.expected === 0 ? 0 : coverageSum.present / coverageSum.expected;
  const collapsed = isCollapse(remembered.pods ?? 0, population);
  return {
    cluster: settings.cluster,
    window,
    nodes: nodesAt(tables.nodes, point, counts.kubeState),
    pods,
    namespaces: namespacesAt(tables.namespaces, point, new Set(pods.map((pod) => pod.namespace))),
    volumes: volumesAt(tables.storage, point, counts.kubeState, pods),
    loadBalancers: loadBalancersAt(tables.storage, point, counts.kubeState),
    objects: objectsAt(batch, point, window),
    coverage,
    ...problemsAt(batch, point, {
      coverage,
      collapsed,
      pods: population,
      rateless: isRateless(batch, living, point),
    }),
    expectedSamples: learn(remembered, { ...counts, pods: population }, window),
  };
}

/** True when most containers that lived from the window before into this one have samples, but no rate. */
function isRateless(batch: Batch, living: readonly LivingPod[], point: number): boolean {
  if (hasFailed(batch, 'cpuRate', point)) return false;
  let lasting = 0;
  let rateless = 0;
  for (const { entry } of living)
    for (const { cgroups } of entry.containers.values())
      for (const { cpuSamples, cpuRate } of cgroups.values()) {
        if (countAt(cpuSamples, point) === 0 || countAt(cpuSamples, point - 1) === 0) continue;
        lasting++;
        if (at(cpuRate, point) === null) rateless++;
      }
  return rateless > lasting / 2;
}

function byIdentity(a: PodSample, b: PodSample): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.uid, b.uid);
}

function sampleCounts(
  living: readonly LivingPod[],
  nodeSamples: number,
): { readonly kubeState: number; readonly cadvisor: number } {
  let kubeState = nodeSamples;
  let cadvisor = 0;
  for (const { infoSamples, usageSamples } of living) {
    kubeState = Math.max(kubeState, infoSamples);
    cadvisor = Math.max(cadvisor, usageSamples);
  }
  return { kubeState, cadvisor };
}

/** Nodes come from the same scrapes as pods, and are sure to live through most windows. */
function nodeInfoSamples(batch: Batch, point: number): number {
  return Math.max(0, ...batch.answers.nodeInfo.series.map(({ values }) => countAt(values, point)));
}

/** Pods of Jobs and bare pods come and go; these stay, and their sudden absence is a sign. */
function longLived(living: readonly LivingPod[], point: number): number {
  let pods = 0;
  for (const { entry } of living) {
    const lasting = entry.owners.some(
      ({ value, values }) =>
        value !== null && LASTING.has(value.kind) && at(values, point) !== null,
    );
    const made = entry.info.some(
      ({ value, values }) =>
        value.creator !== null && LASTING.has(value.creator.kind) && countAt(values, point) > 0,
    );
    if (lasting || made) pods++;
  }
  return pods;
}

const LASTING = new Set([
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Node',
  'ReplicationController',
]);
