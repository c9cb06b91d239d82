import type { ExpectedSamples, Offering, PodSample, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs, Window } from '../../model/time.ts';
import { countBefore, usualInterval } from '../measure/samples.ts';
import type { ExtraDevices } from '../../model/devices.ts';
import { countCards } from '../countCards.ts';
import { withDeviceClaims } from '../deviceClaims.ts';
import type { RestoreName } from '../labels.ts';
import type { Batch, BatchAnswer } from '../prometheus/batch.ts';
import { querySpec } from '../prometheus/queries.ts';
import { refuseSeveralClusters } from './clusters.ts';
import type { CoverageSum } from './coverage.ts';
import { isCollapse, learn } from './coverage.ts';
import { controlPlaneAt } from './controlPlane.ts';
import { deviceClaimsAt } from './devices.ts';
import { buildEgressTable, withEgress, withFlows } from './egress.ts';
import { buildNamespaceTable, namespacesAt } from './namespaces.ts';
import { buildNodeTable, nodesAt } from './nodes.ts';
import { objectsAt } from './objects.ts';
import { checkAnswers } from './lackingAnswers.ts';
import { buildOwnerIndex } from './owners.ts';
import { podSample } from './podSample.ts';
import type { PodEntry } from './podEntry.ts';
import { buildPodTable, type PodTable } from './podTable.ts';
import { kubeScrapes } from './presence.ts';
import { problemsAt } from './problems.ts';
import { at, compare, countAt, label } from './series.ts';
import { countSilent, unobservableNodes } from './silentNodes.ts';
import { buildStorageTable, loadBalancersAt, volumesAt } from './storage.ts';
import { livingPods, movingTargets } from './windowFacts.ts';
import { boundBatch } from '../trust/boundBatch.ts';
import type { Refusal } from '../trust/refusals.ts';
import type { LivingPod, WindowFacts } from './windowFacts.ts';

/** What assembling depends on besides the answers. */
export interface AssembleSettings {
  readonly cluster: string;
  readonly restoreName: RestoreName;
  /** Extended resources that the shipped table does not know. */
  readonly devices?: ExtraDevices;
}

/**
 * Turns the answers over a batch of windows into one snapshot a window. Pure: a window's snapshot is the
 * same whether it was asked for alone or in any batch, given the same `expected`.
 *
 * @throws CollectError `several-clusters`.
 */
export function assemble(
  asked: Batch,
  windows: readonly Window[],
  expected: ExpectedSamples,
  settings: AssembleSettings,
): readonly Snapshot[] {
  const { batch, refusals } = boundBatch(asked);
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
    const point = index + 1;
    const refused = refusals.get(point) ?? [];
    const seen = { batch, tables, window, point, refused };
    const assembled = assembleWindow(seen, known, settings);
    const claimed = withDeviceClaims(assembled, deviceClaimsAt(batch, point));
    const snapshot = countCards(claimed, settings.devices ?? {});
    known = snapshot.expectedSamples;
    snapshots.push(snapshot);
  });
  return snapshots;
}

interface Tables {
  readonly pods: PodTable;
  readonly nodes: ReturnType<typeof buildNodeTable>;
  readonly namespaces: ReturnType<typeof buildNamespaceTable>;
  readonly storage: ReturnType<typeof buildStorageTable>;
  readonly owners: ReturnType<typeof buildOwnerIndex>;
  readonly egress: ReturnType<typeof buildEgressTable>;
}

/** A window of a batch. */
interface BatchWindow {
  readonly batch: Batch;
  readonly tables: Tables;
  readonly window: Window;
  readonly point: number;
  /** Series of it that tell what cannot be. */
  readonly refused: readonly Refusal[];
}

function assembleWindow(
  { batch, tables, window, point, refused }: BatchWindow,
  remembered: ExpectedSamples,
  settings: AssembleSettings,
): Snapshot {
  const scrapes = kubeScrapes(entriesOf(tables.pods), window, batch.aheadMs);
  const living = livingPods(tables.pods, { window, point, scrapes });
  const kubeSamples = kubeSampleCount(batch, living, point);
  const population = longLived(living, point);
  const entries = living.flatMap(({ entry, loose }) => (loose === null ? [entry] : [entry, loose]));
  const usageInterval = usualUsageInterval(entries, window);
  const facts: WindowFacts = {
    window,
    point,
    pods: living,
    kubeSamples,
    scrapes,
    aheadMs: batch.aheadMs,
    movingTargets: movingTargets(entries, window),
    usageIntervalMs: usageInterval ?? window.end - window.start,
  };
  const coverageSum: CoverageSum = { livedMs: 0, coveredMs: 0, missingMs: 0 };
  const disagreeing: string[] = [];
  const refusals = [...refused];
  const nodes = nodesAt(tables.nodes, point, window, scrapes);
  const silent = countSilent(facts, remembered.silentNodes ?? {});
  const unobservable = unobservableNodes(silent, nodes);
  const observable = living.filter(({ node }) => !unobservable.has(node ?? ''));
  const answered = checkAnswers(observable, window, remembered.answers);
  const requestsReported =
    !isPartial(batch.answers.requests, point) &&
    !answered.problems.some(({ subject }) => subject === querySpec('requests').metric) &&
    batch.answers.requests.series.some((series) => at(series.values, point) !== null);
  const context = {
    facts,
    unobservable,
    owners: tables.owners,
    requestsReported,
    coverage: coverageSum,
    disagreeing,
    refusals,
    nodes: new Map(nodes.map((node) => [node.name, node])),
    byName: new Map(living.map((pod) => [`${pod.entry.namespace}/${pod.entry.name}`, pod])),
  };
  const measured: PodSample[] = living.map((pod) => podSample(pod, context)).sort(byIdentity);
  // One exporter of destinations: both would count the same traffic twice.
  const pods =
    tables.egress.size === 0
      ? withFlows(measured, batch, point, window)
      : withEgress(measured, tables.egress, window, {
          aheadMs: batch.aheadMs,
          intervalMs: facts.usageIntervalMs,
        });
  // A cluster without any pod does not exist: nothing seen is nothing known.
  const { silentNodes: _, ...rest } = remembered;
  const silence = Object.keys(silent).length === 0 ? {} : { silentNodes: silent };
  const share = (ms: TimeMs): number => (coverageSum.livedMs === 0 ? 0 : ms / coverageSum.livedMs);
  const coverage = share(coverageSum.coveredMs);
  const missing = coverageSum.livedMs === 0 ? 1 : share(coverageSum.missingMs);
  const collapsed = isCollapse(remembered.pods ?? 0, population);
  const newestSample = newestOf(batch, window);
  const isBlank = nodes.length + pods.length === 0;
  return {
    cluster: settings.cluster,
    window,
    nodes,
    pods,
    namespaces: namespacesAt(tables.namespaces, point, new Set(pods.map((pod) => pod.namespace))),
    volumes: volumesAt(tables.storage, facts, pods),
    loadBalancers: loadBalancersAt(tables.storage, point, kubeSamples),
    ...offeringsAt(batch, point),
    ...controlPlaneAt(batch, point),
    objects: objectsAt(batch, point, window),
    coverage,
    ...problemsAt(batch, point, {
      missing,
      collapsed,
      pods: population,
      disagreeing,
      refusals,
      unobservable,
      lacking: answered.problems,
    }),
    expectedSamples: learn({ ...rest, ...silence, answers: answered.memory }, population, window),
    scrapes: {
      usageMs: usageInterval,
      kubeMs: Number.isFinite(scrapes.lastAt) ? scrapes.intervalMs : null,
    },
    // Where other metrics alone tell of the window, nothing is known of when.
    ...((newestSample !== null || isBlank) && { newestSample }),
  };
}

/** The newest sample of containers and pods that a window may see. */
function newestOf({ raw, aheadMs }: Batch, { start, end }: Window): TimeMs | null {
  let newest = start;
  for (const { series } of [raw.cpu, raw.podInfo])
    for (const { times } of series) {
      const last = times[countBefore(times, end + aheadMs + 1) - 1];
      if (last !== undefined) newest = Math.max(newest, last);
    }
  return newest === start ? null : newest;
}

/** True where the store said that it left something out of an answer: what is not in it may be there. */
function isPartial({ warnings, failures }: BatchAnswer, point: number): boolean {
  return [...warnings, ...failures].some(({ from, to }) => from <= point && point <= to);
}

function offeringsAt(batch: Batch, point: number): Pick<Snapshot, 'offerings'> {
  const offerings = batch.answers.offerings.series.flatMap((series) => {
    const price = at(series.values, point);
    const [instanceType, capacityType, zone] = [
      label(series, 'instance_type'),
      label(series, 'capacity_type'),
      label(series, 'zone'),
    ];
    return price === null ? [] : [{ instanceType, capacityType, zone, price }];
  });
  const key = (one: Offering): string => `${one.instanceType}/${one.capacityType}/${one.zone}`;
  return offerings.length === 0
    ? {}
    : { offerings: offerings.sort((a, b) => compare(key(a), key(b))) };
}

function* entriesOf(table: PodTable): Iterable<PodEntry> {
  for (const { byUid, loose } of table) {
    yield* byUid.values();
    if (loose !== null) yield loose;
  }
}

/** The usual time between two CPU samples of a container, over all of them. */
function usualUsageInterval(entries: readonly PodEntry[], window: Window): TimeMs | null {
  const intervals: TimeMs[] = [];
  for (const { containers } of entries)
    for (const { cpu } of containers.values())
      for (const { samples } of cpu) {
        const from = countBefore(samples.times, window.start);
        const to = countBefore(samples.times, window.end + 1);
        const interval = usualInterval(samples.times.subarray(from, to));
        if (interval !== null) intervals.push(interval);
      }
  return intervals.sort((a, b) => a - b)[intervals.length >>> 1] ?? null;
}

function byIdentity(a: PodSample, b: PodSample): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.uid, b.uid);
}

/** Samples of kube-state-metrics in a window: all its series come from the same scrapes. */
function kubeSampleCount(batch: Batch, living: readonly LivingPod[], point: number): number {
  return Math.max(nodeInfoSamples(batch, point), ...living.map(({ infoSamples }) => infoSamples));
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
