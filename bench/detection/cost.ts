import { evaluationSettings } from './settings.ts';
import { WINDOW_MS } from './workload.ts';
import { runWindow } from '../../src/cycle/runWindow.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import { abuseCodec } from '../../src/detect/abuse/state/codec.ts';
import { type AbuseState } from '../../src/detect/abuse/state/state.ts';
import type { PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { lookAtWindow } from '../../src/detect/abuse/abuseDetector.ts';
import { podSampleOf } from './case.ts';
import { Random } from '../random.ts';

const CONTAINERS = 10_000;
const START = Date.UTC(2026, 9, 5);

/** Measures detection of 10,000 containers, in an ordinary window and in one that closes an hour. */
export function measureCost(containers = CONTAINERS, hours = 30): readonly string[] {
  const random = new Random(7);
  const use = Array.from({ length: containers }, () => random.between(0.001, 0.6));
  const settings = evaluationSettings();
  const state = new WorkingState(emptyState());
  const times: { readonly isHour: boolean; readonly ms: number }[] = [];
  for (let hour = 0; hour < hours; hour++) {
    // Two windows an hour are enough to learn from; the last hour is whole and measured.
    const windows = hour === hours - 1 ? [0, 1, 2, 3, 4, 5] : [0, 6];
    for (const window of windows) {
      const start = START + hour * 3_600_000 + window * WINDOW_MS;
      const snapshot = snapshotOf(use, start, random);
      const context = contextOf(snapshot, settings, state.historyStart ?? start);
      const rows = new Map((state.detectors.get('abuse') ?? []) as Iterable<[string, AbuseState]>);
      const begun = performance.now();
      lookAtWindow(context, rows);
      times.push({ isHour: window === 0, ms: performance.now() - begun });
      state.apply(runWindow(snapshot, state, settings).change);
    }
  }
  const last = times.slice(-6);
  const ordinary = last.filter(({ isHour }) => !isHour).map(({ ms }) => ms);
  const worst = Math.max(...times.slice(-14).map(({ ms }) => ms));
  const bytes = stateBytes(state);
  return [
    `${containers} containers, each a workload of its own, with ${hours} hours of history: a window takes ${Math.round(ordinary.toSorted((a, b) => a - b)[ordinary.length >> 1] ?? 0)} ms (median), the slowest of the last fourteen, one that closes an hour, ${Math.round(worst)} ms (the goal is one second).`,
    `State: ${Math.round(bytes / containers)} bytes a workload as it is stored, images' peers included (the goal is 2 KB).`,
  ];
}

function snapshotOf(use: readonly number[], start: number, random: Random): Snapshot {
  const pods: PodSample[] = use.map((mean, index) =>
    podSampleOf(`ns-${index % 200}`, [
      {
        pod: `app-${index}-7d4b9c5f6-x`,
        workload: { kind: 'Deployment', name: `app-${index}` },
        container: 'main',
        image: `registry.example.com/team/app-${index % 3000}:v1`,
        createdAt: START - 86_400_000,
        node: `node-${index % 250}`,
        cores: mean * random.noise(0.1),
        limit: 1,
        request: 0.2,
        rx: mean * 20_000,
        tx: mean * 50_000,
        diskRead: 0,
        diskWrite: 200,
        ram: 2e8,
        ramLimit: 1e9,
      },
    ]),
  );
  return {
    cluster: 'bench',
    window: { start, end: start + WINDOW_MS },
    nodes: [],
    pods,
    namespaces: new Map(),
    volumes: [],
    loadBalancers: [],
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples: {},
  };
}

function contextOf(
  snapshot: Snapshot,
  settings: ReturnType<typeof evaluationSettings>,
  historyStart: number,
): Parameters<typeof lookAtWindow>[0] {
  return {
    snapshot,
    costs: { allocations: [], nodes: [], unattached: [] },
    config: settings.config,
    thresholds: settings.thresholds,
    historyStart,
    ownerOf: () => null,
    podOwners: () => new Map(),
    planned: () => null,
    isOpen: () => false,
  };
}

function stateBytes(state: WorkingState): number {
  let bytes = 0;
  for (const [key, row] of state.detectors.get('abuse') ?? [])
    bytes += key.length + abuseCodec.encode(row as AbuseState).length;
  return bytes;
}
