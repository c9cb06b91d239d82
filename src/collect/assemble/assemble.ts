import type {
  DataProblem,
  ExpectedSamples,
  NodeSample,
  Offering,
  PodSample,
  Snapshot,
} from '../../model/snapshot.ts';
import type { TimeMs, Window } from '../../model/time.ts';
import type { ExtraDevices } from '../../model/devices.ts';
import { countCards } from '../countCards.ts';
import { withDeviceClaims } from '../deviceClaims.ts';
import type { RestoreName } from '../labels.ts';
import type { Batch } from '../prometheus/batch.ts';
import { QUERY_IDS, querySpec, RAW_IDS, rawSpec, SPLIT_BY } from '../prometheus/queries.ts';
import { boundBatch } from '../trust/boundBatch.ts';
import type { Refusal } from '../trust/refusals.ts';
import { refuseSeveralClusters } from './clusters.ts';
import { isCollapse, learn, totalCoverage, type CoverageSums } from './coverage.ts';
import { controlPlaneAt } from './controlPlane.ts';
import { deviceClaimsAt } from './devices.ts';
import { buildEgressTable, withEgress, withFlows, type EgressTable } from './egress.ts';
import { checkAnswers } from './lackingAnswers.ts';
import { buildNamespaceTable, namespacesAt } from './namespaces.ts';
import { buildNodeTable, nodesAt } from './nodes.ts';
import { objectsAt } from './objects.ts';
import { buildOwnerIndex, type OwnerIndex } from './owners.ts';
import { podSample } from './podSample.ts';
import { beginPodTable } from './podTable.ts';
import { kubeScrapes, seenScrapes, type KubeScrapes } from './presence.ts';
import { problemsAt } from './problems.ts';
import { reachOf } from './reach.ts';
import { at, compare, label } from './series.ts';
import {
  isExportedIn,
  joinBatchSigns,
  joinWindowSigns,
  onNodes,
  usualUsageInterval,
  windowSigns,
  type BatchSigns,
  type WindowSigns,
} from './signs.ts';
import { countSilent, unobservableNodes } from './silentNodes.ts';
import { buildStorageTable, loadBalancersAt, volumesAt } from './storage.ts';
import { livingPods, type LivingPod, type WindowFacts } from './windowFacts.ts';

/** What assembling depends on besides the answers. */
export interface AssembleSettings {
  readonly cluster: string;
  readonly restoreName: RestoreName;
  /** Extended resources that the shipped table does not know. */
  readonly devices?: ExtraDevices;
  /** It has the pods of some namespaces, and another collector looks at the cluster as a whole. */
  readonly isPodsOnly?: boolean;
}

/**
 * Turns the answers over a batch of windows into one snapshot a window. Pure: a window's snapshot is the
 * same whether it was asked for alone or in any batch, by one collector or by several, given the same `expected`.
 *
 * @throws CollectError `several-clusters`.
 */
export function assemble(
  asked: Batch,
  windows: readonly Window[],
  expected: ExpectedSamples,
  settings: AssembleSettings,
): readonly Snapshot[] {
  return new Assembly(asked, windows, settings).alone(expected);
}

/** The pods of a collector's namespaces in one window, and what has to be added up over all collectors. */
export interface WindowPods {
  readonly pods: readonly PodSample[];
  readonly coverage: CoverageSums;
  /** Pods of which two series of one container tell different use. */
  readonly disagreeing: readonly string[];
  /** Series that tell what cannot be. */
  readonly refusals: readonly Refusal[];
}

/**
 * A batch on its way to snapshots, in stages. A collector that has the pods of some namespaces gives the signs of
 * them, and goes on with the signs of all collectors together: so each pod is read as if one collector had all of them,
 * and what is added up over pods comes to the same.
 */
export class Assembly {
  readonly #windows: readonly Window[];
  readonly #settings: AssembleSettings;
  readonly #batch: Batch;
  readonly #refusals: ReturnType<typeof boundBatch>['refusals'];
  readonly #begun: ReturnType<typeof beginPodTable>;
  readonly #nodes: ReturnType<typeof buildNodeTable>;
  readonly #egress: EgressTable;
  #scrapes: readonly KubeScrapes[] = [];
  #living: readonly (readonly LivingPod[])[] = [];
  #together: BatchSigns | null = null;
  #judged: readonly JudgedWindow[] = [];

  /** @throws CollectError `several-clusters` */
  constructor(asked: Batch, windows: readonly Window[], settings: AssembleSettings) {
    const { batch, refusals } = boundBatch(asked);
    refuseSeveralClusters(batch);
    this.#windows = windows;
    this.#settings = settings;
    this.#batch = batch;
    this.#refusals = refusals;
    this.#begun = beginPodTable(batch, settings.restoreName);
    this.#nodes = buildNodeTable(batch, settings.restoreName);
    this.#egress = buildEgressTable(batch);
  }

  /** All stages at once, of a collector that has all pods. */
  alone(expected: ExpectedSamples): readonly Snapshot[] {
    const signs = this.windowSigns([this.batchSigns()]);
    return this.snapshots([this.pods([signs], expected)]);
  }

  /** First: what these pods show of the batch. */
  batchSigns(): BatchSigns {
    const batch = this.#batch;
    return {
      reach: reachOf(batch),
      scrapes: this.#windows.map((window) => seenScrapes(this.#begun.pods, window, batch.aheadMs)),
      hasEgress: this.#egress.size > 0,
      isExported: isExportedIn(batch),
    };
  }

  /** Second: what they show of each window, by what all collectors' pods show of the batch. */
  windowSigns(all: readonly BatchSigns[]): readonly WindowSigns[] {
    const batch = this.#batch;
    const together = joinBatchSigns(all);
    this.#together = together;
    const table = this.#begun.finish(together.reach);
    this.#scrapes = this.#windows.map((window, index) =>
      kubeScrapes(together.scrapes[index]!, window, batch.aheadMs),
    );
    this.#living = this.#windows.map((window, index) =>
      livingPods(table, { window, point: index + 1, scrapes: this.#scrapes[index]! }),
    );
    return this.#windows.map((window, index) =>
      windowSigns(batch, this.#living[index]!, window, index + 1),
    );
  }

  /** Third: these pods in each window, by what all collectors' pods show of it. */
  pods(all: readonly (readonly WindowSigns[])[], expected: ExpectedSamples): readonly WindowPods[] {
    let known = expected;
    this.#judged = this.#windows.map((_, index) => {
      const signs = joinWindowSigns(all.map((windows) => windows[index]!));
      const judged = this.#judge(index, signs, known);
      known = judged.learnt;
      return judged;
    });
    const owners = buildOwnerIndex(this.#batch);
    return this.#judged.map((judged, index) => this.#podsIn(index, judged, owners));
  }

  /** Last: whole windows, of the pods of all collectors. */
  snapshots(all: readonly (readonly WindowPods[])[]): readonly Snapshot[] {
    const batch = this.#batch;
    const { restoreName, devices = {} } = this.#settings;
    const namespaces = buildNamespaceTable(batch, restoreName);
    const storage = buildStorageTable(batch);
    return this.#judged.map((judged, index) => {
      const parts = all.map((windows) => windows[index]!);
      const snapshot = this.#snapshot(judged, parts, { namespaces, storage });
      const claimed = withDeviceClaims(snapshot, deviceClaimsAt(batch, index + 1));
      return countCards(claimed, devices);
    });
  }

  #judge(index: number, signs: WindowSigns, remembered: ExpectedSamples): JudgedWindow {
    const window = this.#windows[index]!;
    const point = index + 1;
    const scrapes = this.#scrapes[index]!;
    const usageIntervalMs = usualUsageInterval(signs);
    const nodes = nodesAt(this.#nodes, point, window, scrapes);
    const shows = new Map<string, boolean>();
    for (const [node, { hasUse }] of signs.nodes) if (node !== '') shows.set(node, hasUse);
    const silent = countSilent(shows, remembered.silentNodes ?? {});
    const unobservable = unobservableNodes(silent, nodes);
    const observable = onNodes(signs, (node) => !unobservable.has(node));
    const answered = checkAnswers(observable, window, remembered.answers);
    const { metric } = querySpec('requests');
    const requests = signs.answers.find(({ spec }) => spec.metric === metric);
    // Where the store left something out of an answer, what is not in it may be there.
    const isWhole = requests?.failure === null && requests.warning === null;
    const requestsReported =
      isWhole && !answered.problems.some(({ subject }) => subject === metric) && signs.hasRequests;
    // A cluster without any pod does not exist: nothing seen is nothing known.
    const { silentNodes: _, ...rest } = remembered;
    const silence = Object.keys(silent).length === 0 ? {} : { silentNodes: silent };
    const learnt = { ...rest, ...silence, answers: answered.memory };
    return {
      signs,
      facts: {
        window,
        point,
        kubeSamples: signs.kubeSamples,
        scrapes,
        aheadMs: this.#batch.aheadMs,
        movingTargets: signs.movingTargets,
        usageIntervalMs: usageIntervalMs ?? window.end - window.start,
      },
      nodes,
      unobservable,
      requestsReported,
      lacking: answered.problems,
      collapsed: isCollapse(remembered.pods ?? 0, signs.longLived),
      learnt: learn(learnt, signs.longLived, window),
      usageIntervalMs,
    };
  }

  #podsIn(
    index: number,
    { facts, nodes, unobservable, requestsReported }: JudgedWindow,
    owners: OwnerIndex,
  ): WindowPods {
    const living = this.#living[index]!;
    const { window, point } = facts;
    const coverage: CoverageSums = new Map();
    const disagreeing: string[] = [];
    const isTold = this.#settings.isPodsOnly === true ? isOfSomePods : () => true;
    const refusals = (this.#refusals.get(point) ?? []).filter(isTold);
    const context = {
      facts,
      unobservable,
      owners,
      requestsReported,
      coverage,
      disagreeing,
      refusals,
      nodes: new Map(nodes.map((node) => [node.name, node])),
      byName: new Map(living.map((pod) => [`${pod.entry.namespace}/${pod.entry.name}`, pod])),
    };
    const measured = living.map((pod) => podSample(pod, context)).sort(byIdentity);
    // One exporter of destinations: both would count the same traffic twice.
    const pods =
      this.#together?.hasEgress === true
        ? withEgress(measured, this.#egress, window, {
            aheadMs: this.#batch.aheadMs,
            intervalMs: facts.usageIntervalMs,
          })
        : withFlows(measured, this.#batch, point, window);
    return { pods, coverage, disagreeing, refusals };
  }

  #snapshot(
    judged: JudgedWindow,
    parts: readonly WindowPods[],
    tables: Pick<Tables, 'namespaces' | 'storage'>,
  ): Snapshot {
    const batch = this.#batch;
    const { signs, facts, nodes, unobservable, lacking, collapsed, learnt } = judged;
    const { window, point, scrapes, kubeSamples } = facts;
    const pods = parts.flatMap((part) => part.pods).sort(byIdentity);
    const sum = totalCoverage(new Map(parts.flatMap((part) => [...part.coverage])));
    const share = (ms: TimeMs): number => (sum.livedMs === 0 ? 0 : ms / sum.livedMs);
    const isBlank = nodes.length + pods.length === 0;
    const { newestSample } = signs;
    return {
      cluster: this.#settings.cluster,
      window,
      nodes,
      pods,
      namespaces: namespacesAt(tables.namespaces, point, new Set(pods.map((pod) => pod.namespace))),
      volumes: volumesAt(tables.storage, facts, pods),
      loadBalancers: loadBalancersAt(tables.storage, point, kubeSamples),
      ...offeringsAt(batch, point),
      ...controlPlaneAt(batch, point),
      objects: objectsAt(batch, point, window),
      coverage: share(sum.coveredMs),
      ...problemsAt(signs.answers, {
        missing: sum.livedMs === 0 ? 1 : share(sum.missingMs),
        collapsed,
        pods: signs.longLived,
        disagreeing: parts.flatMap((part) => part.disagreeing).sort(compare),
        refusals: parts.flatMap((part) => part.refusals),
        unobservable,
        isExported: this.#together?.isExported === true,
        lacking,
      }),
      expectedSamples: learnt,
      scrapes: {
        usageMs: judged.usageIntervalMs,
        kubeMs: Number.isFinite(scrapes.lastAt) ? scrapes.intervalMs : null,
      },
      // Where other metrics alone tell of the window, nothing is known of when.
      ...((newestSample !== null || isBlank) && { newestSample }),
    };
  }
}

/** Metrics of which each collector reads its own namespaces. */
const OF_SOME_PODS: ReadonlySet<string> = new Set([
  ...RAW_IDS.map((id) => rawSpec(id).metric),
  ...QUERY_IDS.filter((id) => SPLIT_BY[id] !== undefined).map((id) => querySpec(id).metric),
]);

function isOfSomePods({ metric }: Refusal): boolean {
  return OF_SOME_PODS.has(metric);
}

interface Tables {
  readonly namespaces: ReturnType<typeof buildNamespaceTable>;
  readonly storage: ReturnType<typeof buildStorageTable>;
}

/** A window of which is known what all collectors' pods show together. */
interface JudgedWindow {
  readonly signs: WindowSigns;
  readonly facts: WindowFacts;
  readonly nodes: readonly NodeSample[];
  /** Nodes whose containers nobody measures. */
  readonly unobservable: ReadonlySet<string>;
  readonly requestsReported: boolean;
  /** Answers that lack most of their series without a word. */
  readonly lacking: readonly DataProblem[];
  readonly collapsed: boolean;
  readonly learnt: ExpectedSamples;
  readonly usageIntervalMs: TimeMs | null;
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

function byIdentity(a: PodSample, b: PodSample): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.uid, b.uid);
}
