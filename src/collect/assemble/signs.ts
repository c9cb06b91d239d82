import { usualInterval, countBefore } from '../measure/samples.ts';
import type { TimeMs, Window } from '../../model/time.ts';
import type { Batch } from '../prometheus/batch.ts';
import { countAnswered, type AnsweredPods } from './lackingAnswers.ts';
import { answersAt, joinAnswers, type Answer } from './answers.ts';
import type { PodEntry } from './podEntry.ts';
import { addReach, type TargetReach } from './reach.ts';
import { addScrapes, type SeenScrapes } from './presence.ts';
import { at, countAt, label } from './series.ts';
import { hasUse } from './silentNodes.ts';
import { movingTargets, type LivingPod } from './windowFacts.ts';

/** What a collector's pods show of a batch, before any window of it can be read. */
export interface BatchSigns {
  readonly reach: TargetReach;
  /** A window each. */
  readonly scrapes: readonly SeenScrapes[];
  /** OpenCost's network exporter runs. */
  readonly hasEgress: boolean;
  /** kube-state-metrics is scraped without honor_labels. */
  readonly isExported: boolean;
}

/** What a collector's pods show of one window, before any pod of it can be read. */
export interface WindowSigns {
  /** Samples of kube-state-metrics: all its series come from the same scrapes. */
  readonly kubeSamples: number;
  /** Pods of controllers that keep them running. */
  readonly longLived: number;
  /** Exporters of which at least one CPU counter grew. */
  readonly movingTargets: ReadonlySet<string>;
  /** How many containers have which usual time between two CPU samples, in milliseconds. */
  readonly intervals: ReadonlyMap<TimeMs, number>;
  /** By node; '' for pods that are on none. */
  readonly nodes: ReadonlyMap<string, NodeSigns>;
  /** Something is said about what containers ask for. */
  readonly hasRequests: boolean;
  readonly newestSample: TimeMs | null;
  readonly answers: readonly Answer[];
}

/** What the pods of a node show. */
interface NodeSigns extends AnsweredPods {
  /** A sample of a pod's CPU lies in the window. */
  readonly hasUse: boolean;
}

/** The signs of several collectors together: each pod is one collector's. */
export function joinBatchSigns([first, ...others]: readonly BatchSigns[]): BatchSigns {
  const all = [first!, ...others];
  return {
    reach: addReach(all.map(({ reach }) => reach)),
    scrapes: first!.scrapes.map((seen, index) =>
      others.reduce((sum, { scrapes }) => addScrapes(sum, scrapes[index]!), seen),
    ),
    hasEgress: all.some(({ hasEgress }) => hasEgress),
    isExported: all.some(({ isExported }) => isExported),
  };
}

/** The same, of one window. */
export function joinWindowSigns(all: readonly WindowSigns[]): WindowSigns {
  const newest = all.flatMap(({ newestSample }) => newestSample ?? []);
  return {
    kubeSamples: Math.max(...all.map(({ kubeSamples }) => kubeSamples)),
    longLived: all.reduce((sum, { longLived }) => sum + longLived, 0),
    movingTargets: new Set(all.flatMap(({ movingTargets: moving }) => [...moving])),
    intervals: countAll(all.flatMap(({ intervals }) => [...intervals])),
    nodes: joinNodes(all),
    hasRequests: all.some(({ hasRequests }) => hasRequests),
    newestSample: newest.length === 0 ? null : Math.max(...newest),
    answers: joinAnswers(all.map(({ answers }) => answers)),
  };
}

/** The usual time between two CPU samples of a container, over all of them; null where there are none. */
export function usualUsageInterval({ intervals }: Pick<WindowSigns, 'intervals'>): TimeMs | null {
  const sorted = [...intervals].sort(([a], [b]) => a - b);
  let left = sorted.reduce((sum, [, count]) => sum + count, 0) >>> 1;
  for (const [interval, count] of sorted) {
    if (left < count) return interval;
    left -= count;
  }
  return null;
}

/** What the pods of some nodes show together. */
export function onNodes(
  { nodes }: Pick<WindowSigns, 'nodes'>,
  isMeant: (node: string) => boolean,
): AnsweredPods {
  let sum: AnsweredPods = { pods: 0, have: [] };
  for (const [node, signs] of nodes) if (isMeant(node)) sum = addAnswered(sum, signs);
  return sum;
}

/** Looks through the pods that lived in a window. */
export function windowSigns(
  batch: Batch,
  living: readonly LivingPod[],
  window: Window,
  point: number,
): WindowSigns {
  const entries = living.flatMap(({ entry, loose }) => (loose === null ? [entry] : [entry, loose]));
  return {
    // No spread: a call takes some 120,000 arguments at most.
    kubeSamples: living.reduce(
      (most, { infoSamples }) => Math.max(most, infoSamples),
      nodeInfoSamples(batch, point),
    ),
    longLived: longLived(living, point),
    movingTargets: movingTargets(entries, window),
    intervals: usageIntervals(entries, window),
    nodes: nodeSigns(living, window),
    hasRequests: batch.answers.requests.series.some((series) => at(series.values, point) !== null),
    newestSample: newestOf(batch, window),
    answers: answersAt(batch, point),
  };
}

/** Whether a collector's part of a batch has what decides how all of it is read. */
export function isExportedIn({ raw }: Batch): boolean {
  return raw.podInfo.series.some((series) => label(series, 'exported_pod') !== '');
}

function nodeSigns(living: readonly LivingPod[], window: Window): WindowSigns['nodes'] {
  const nodes = new Map<string, { pods: number; have: number[]; hasUse: boolean }>();
  for (const pod of living) {
    const node = pod.node ?? '';
    let known = nodes.get(node);
    if (known === undefined) nodes.set(node, (known = { pods: 0, have: [], hasUse: false }));
    known.pods += 1;
    countAnswered(known.have, pod, window);
    known.hasUse ||= hasUse(pod, window);
  }
  return nodes;
}

function joinNodes(all: readonly WindowSigns[]): WindowSigns['nodes'] {
  const nodes = new Map<string, NodeSigns>();
  for (const [node, signs] of all.flatMap((one) => [...one.nodes])) {
    const known = nodes.get(node);
    nodes.set(node, known === undefined ? signs : addNode(known, signs));
  }
  return nodes;
}

function addNode(a: NodeSigns, b: NodeSigns): NodeSigns {
  return { ...addAnswered(a, b), hasUse: a.hasUse || b.hasUse };
}

function addAnswered(a: AnsweredPods, b: AnsweredPods): AnsweredPods {
  return {
    pods: a.pods + b.pods,
    have: b.have.map((count, index) => count + (a.have[index] ?? 0)),
  };
}

function countAll(counts: Iterable<readonly [TimeMs, number]>): ReadonlyMap<TimeMs, number> {
  const sum = new Map<TimeMs, number>();
  for (const [key, count] of counts) sum.set(key, count + (sum.get(key) ?? 0));
  return sum;
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

function usageIntervals(entries: readonly PodEntry[], window: Window): ReadonlyMap<TimeMs, number> {
  const intervals = new Map<TimeMs, number>();
  for (const { containers } of entries)
    for (const { cpu } of containers.values())
      for (const { samples } of cpu) {
        const { times } = samples;
        const from = countBefore(times, window.start);
        const interval = usualInterval(times, from, countBefore(times, window.end + 1));
        if (interval !== null) intervals.set(interval, 1 + (intervals.get(interval) ?? 0));
      }
  return intervals;
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
