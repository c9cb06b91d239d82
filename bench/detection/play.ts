import { runWindow } from '../../src/cycle/runWindow.ts';
import type { Settings } from '../../src/cycle/settings.ts';
import { emptyState, WorkingState } from '../../src/cycle/state.ts';
import type { Severity } from '../../src/model/finding.ts';
import type { NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { podSampleOf, type Case, type PodLoad } from './case.ts';
import type { World } from './worlds.ts';
import { WINDOW_MS } from './workload.ts';

/** A rule that sees each window and says which namespaces it alarms about. */
export interface Rule {
  readonly name: string;
  look(snapshot: Snapshot): Iterable<string>;
}

/** What was said of a case: first time of each severity, and what it said. */
export interface Outcome {
  readonly case: Case;
  readonly firstAt: Partial<Record<Severity, number>>;
  readonly startedAt: number | null;
  readonly summary: string | null;
  readonly evidence: string;
  /** Rises to each severity: how many messages that would have been. */
  readonly opened: Record<Severity, number>;
  readonly podWindows: number;
  /** First alarm of each rule used today. */
  readonly rules: Record<string, { first: number | null; count: number }>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NODES: readonly NodeSample[] = Array.from({ length: 40 }, (_, index) => ({
  name: `node-${index + 1}`,
  cpuCores: 16,
  ramBytes: 64 * 2 ** 30,
  gpus: 0,
  allocatableCpuCores: 16,
  allocatableRamBytes: 62 * 2 ** 30,
  labels: {},
  providerId: null,
  upShare: 1,
  exportedPrice: null,
})).sort((a, b) => (a.name < b.name ? -1 : 1));

/** One window of a world at the snapshot port. */
export function snapshotAt(world: World, start: number, withSpecs: boolean): Snapshot {
  const index = Math.round((start - world.from) / WINDOW_MS);
  const pods: PodSample[] = [];
  for (const one of world.cases) {
    const byPod = new Map<string, PodLoad[]>();
    for (const load of one.step(start, index)) {
      const seen = byPod.get(load.pod);
      if (seen === undefined) byPod.set(load.pod, [load]);
      else seen.push(load);
    }
    for (const loads of byPod.values()) {
      const pod = podSampleOf(one.namespace, loads);
      pods.push(withSpecs ? pod : { ...pod, spec: null });
    }
  }
  return {
    cluster: 'evaluation',
    window: { start, end: start + WINDOW_MS },
    nodes: NODES,
    pods,
    namespaces: new Map(),
    volumes: [],
    loadBalancers: [],
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples: { cadvisor: 5, kubeState: 5 },
  };
}

/** Plays a world through `runWindow`, window by window, and through the rules beside it. */
export function play(
  world: World,
  settings: Settings,
  rules: readonly Rule[],
  withSpecs = false,
): readonly Outcome[] {
  const state = new WorkingState(emptyState());
  const outcomes = new Map(
    world.cases.map((one): [string, Mutable<Outcome>] => [
      one.namespace,
      {
        case: one,
        firstAt: {},
        startedAt: null,
        summary: null,
        evidence: '',
        opened: { info: 0, warning: 0, critical: 0 },
        podWindows: 0,
        rules: Object.fromEntries(rules.map(({ name }) => [name, { first: null, count: 0 }])),
      },
    ]),
  );
  for (let start = world.from; start < world.to; start += WINDOW_MS) {
    const snapshot = snapshotAt(world, start, withSpecs);
    for (const { namespace } of snapshot.pods) {
      const outcome = outcomes.get(namespace);
      if (outcome !== undefined) outcome.podWindows++;
    }
    const { change, events } = runWindow(snapshot, state, settings);
    state.apply(change);
    for (const { type, at, finding } of events) {
      if (finding.kind !== 'cryptojacking' || type === 'closed' || type === 'better') continue;
      const outcome = outcomes.get(finding.scope.namespace ?? '');
      if (outcome === undefined) continue;
      outcome.opened[finding.severity]++;
      const onset = outcome.case.truth.onset ?? 0;
      // An alarm that was there before the onset is false, not early.
      if (at <= onset && outcome.case.truth.isMiner) {
        outcome.evidence = `early ${finding.severity} at ${new Date(at).toISOString()}: ${finding.summary}`;
        continue;
      }
      for (const severity of upTo(finding.severity)) outcome.firstAt[severity] ??= at;
      outcome.startedAt ??= finding.startedAt;
      outcome.summary = finding.summary;
      outcome.evidence = `${new Date(at).toISOString()} ${finding.severity} ${finding.scope.workload?.kind ?? 'group'} ${finding.evidence.map(({ signal, weight, value }) => `${signal}:${weight}(${typeof value === 'number' ? value.toPrecision(3) : value})`).join(' ')}`;
    }
    for (const rule of rules)
      for (const namespace of rule.look(snapshot)) {
        const outcome = outcomes.get(namespace);
        const tally = outcome?.rules[rule.name];
        if (outcome === undefined || tally === undefined) continue;
        tally.count++;
        if (outcome.case.truth.onset === null || start + WINDOW_MS > outcome.case.truth.onset)
          tally.first ??= start + WINDOW_MS;
      }
  }
  return [...outcomes.values()];
}

function upTo(severity: Severity): readonly Severity[] {
  if (severity === 'critical') return ['info', 'warning', 'critical'];
  return severity === 'warning' ? ['info', 'warning'] : ['info'];
}
