import { expect, it } from 'vitest';
import { using } from '../../test/support/abuse/abuseRun.ts';
import { fc } from '../../test/support/properties.ts';
import { nodeSample, snapshotOf } from '../../test/support/snapshots.ts';
import { IDENTITY, TempHistory } from '../../test/support/tempHistory.ts';
import { NO_WORK, type Collector } from '../collect/collector.ts';
import { configSchema } from '../daemon/config/schema.ts';
import { loadThresholds } from '../daemon/config/loadThresholds.ts';
import { detectorCodecs } from '../daemon/compose.ts';
import { abuseDetector } from '../detect/abuse/abuseDetector.ts';
import { signalDetector } from '../detect/signals/signalDetector.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import type { Finding } from '../model/finding.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../model/time.ts';
import { WorkingState } from '../store/cycleState.ts';
import { catchUp } from './catchUp.ts';
import { explainAbuse } from './explainAbuse.ts';
import { rebuildVerdicts } from './rebuildVerdicts.ts';
import type { Settings } from './settings.ts';

const START = Date.UTC(2026, 9, 28);
const WINDOW = 5 * MINUTE_MS;
const UNTIL = START + 2 * DAY_MS + 6 * HOUR_MS;
const NAMES = ['web', 'batch', 'cache'] as const;

const SETTINGS: Settings = {
  config: configSchema.parse({ cluster: IDENTITY.cluster }),
  thresholds: loadThresholds([]),
  detectors: [abuseDetector, signalDetector],
  priceLists: [],
  configHash: 'c0ffee',
};

/** What one workload does: its own work, and what a miner computes in it from some time on. */
const workload = fc.record({
  cores: fc.constantFrom(0.05, 0.2, 0.4),
  /** How much its work varies, as a share. */
  noise: fc.constantFrom(0.05, 0.4),
  bytes: fc.constantFrom(300, 30_000),
  mined: fc.constantFrom(0, 0.3, 0.9),
  from: fc.integer({ min: 26, max: 52 }),
  /** Hours that it goes on for. */
  lasts: fc.integer({ min: 1, max: 30 }),
  /** Minutes of every half hour in which it computes. */
  duty: fc.constantFrom(30, 30, 12),
  network: fc.constantFrom<boolean | null>(false, false, true, null),
  /** Its pods are replaced at this hour. */
  rollout: fc.option(fc.integer({ min: 10, max: 53 })),
});
const history = fc.record({
  workloads: fc.tuple(workload, workload, workload),
  seed: fc.nat(10_000),
  /** Hours of which the windows are partial. */
  partial: fc.uniqueArray(fc.integer({ min: 1, max: 53 }), { maxLength: 3 }),
  /** When explain is asked, as a share of the last 20 hours. */
  asked: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function noiseAt(seed: number, time: TimeMs): number {
  const value = Math.sin(seed * 12.9898 + (time / WINDOW) * 78.233) * 43_758.5453;
  return value - Math.floor(value);
}

function podsAt({ workloads, seed }: History, start: TimeMs): readonly PodSample[] {
  const hour = (start - START) / HOUR_MS;
  return workloads.map((one, index) => {
    const name = NAMES[index]!;
    const isOn =
      hour >= one.from && hour < one.from + one.lasts && (start / MINUTE_MS) % 30 < one.duty;
    const varied = one.cores * (1 + one.noise * (noiseAt(seed + index, start) - 0.5));
    const isNew = one.rollout !== null && hour >= one.rollout;
    return using(
      varied + (isOn ? one.mined : 0),
      one.bytes * (0.8 + noiseAt(seed - index, start) / 2),
      {
        name: `${name}-7d4b9c5f6-${isNew ? 'bbbbb' : 'aaaaa'}`,
        uid: `uid-${name}-${isNew ? 2 : 1}`,
        namespace: 'shop',
        workload: { kind: 'Deployment', name },
        hostNetwork: one.network,
        createdAt: isNew ? START + (one.rollout ?? 0) * HOUR_MS : START - 30 * DAY_MS,
        container: {
          cpuLimitCores: 2,
          image: `registry.example.com/shop/${name}:v${isNew ? 2 : 1}`,
        },
      },
    );
  });
}

/** What a collector observes of a recorded history, today as then. */
function recorded(one: History): Collector {
  return {
    collect: async (windows) =>
      windows.map((window): Snapshot => {
        const complete = !one.partial.includes(Math.floor((window.start - START) / HOUR_MS));
        return snapshotOf(window, {
          cluster: IDENTITY.cluster,
          nodes: [nodeSample({ cpuCores: 16 })],
          pods: podsAt(one, window.start),
          complete,
        });
      }),
    batchSize: () => 72,
    oldestData: async () => START,
    hasDataAfter: async () => true,
    takeWork: () => NO_WORK,
    close: async () => undefined,
  };
}

/** Severity by workload of what is open. */
function verdictsOf(findings: Iterable<Finding>): Readonly<Record<string, string | null>> {
  const open = [...findings].filter(
    ({ kind, state, scope }) =>
      kind === 'cryptojacking' && state !== 'resolved' && scope.workload !== null,
  );
  return Object.fromEntries(
    NAMES.map((name) => [
      name,
      open.find(({ scope }) => scope.workload?.name === name)?.severity ?? null,
    ]),
  );
}

it('explain, the findings, what pages read, a replay and the live run give one verdict', async () => {
  let flagged = 0;
  await fc.assert(
    fc.asyncProperty(history, async (one) => {
      using folder = new TempHistory();
      const collector = recorded(one);
      const codecs = detectorCodecs(SETTINGS);
      const then = new Map<TimeMs, ReturnType<typeof verdictsOf>>();
      const writer = await folder.openWriter();
      const signal = new AbortController().signal;
      const ports = { collector, history: writer };
      const state = new WorkingState(await writer.loadState(codecs));
      const span = UNTIL - 20 * HOUR_MS;
      const asked = [
        ...one.asked.map((share) => span + Math.floor((share * 20 * HOUR_MS) / WINDOW) * WINDOW),
        UNTIL,
      ].sort((a, b) => a - b);
      try {
        // Live, with a look at the findings wherever explain is asked later.
        for (const until of asked) {
          await catchUp(ports, state, SETTINGS, { from: START, until, muted: false, signal });
          then.set(until, verdictsOf(state.findings.values()));
        }
        const live = [...state.findings.values()];
        flagged += Object.values(then.get(UNTIL)!).filter((severity) => severity !== null).length;

        const reader = await openHistoryReader(folder.path());
        try {
          const all = { kind: null, since: null, namespaces: null, state: 'open' } as const;
          expect(verdictsOf(await reader.findings(all))).toEqual(then.get(UNTIL));
          for (const [at, verdicts] of then) {
            const said = await Promise.all(
              NAMES.map(async (name) => {
                const query = { namespace: 'shop', name, kind: null, at };
                const loaded = { config: SETTINGS.config, thresholds: SETTINGS.thresholds };
                const { workloads } = await explainAbuse(reader, loaded, query, null);
                const subjects = workloads.flatMap((each) => each.subjects);
                return [name, subjects.find(({ about }) => about === 'cpu')?.severity ?? null];
              }),
            );
            expect({ at, ...Object.fromEntries(said) }).toEqual({ at, ...verdicts });
          }
        } finally {
          await reader.close();
        }

        const options = {
          codecs,
          from: START,
          historyStart: state.historyStart!,
          watermark: UNTIL,
          signal,
        };
        await rebuildVerdicts(ports, SETTINGS, { ...options, onProgress: () => undefined });
        const replayed = await writer.loadState(codecs);
        const plain = (findings: Iterable<Finding>) =>
          [...findings].map((finding) => JSON.stringify(finding)).sort();
        expect(plain(replayed.findings.values())).toEqual(plain(live));
      } finally {
        await writer.close();
      }
    }),
    { numRuns: 2, endOnFailure: true },
  );
  expect(flagged).toBeGreaterThan(0);
});
