import { beforeAll, describe, expect, it } from 'vitest';
import { FIGURES, type Comparison } from '../cluster/suite/compare.ts';
import { readRun, RECORDING_FOLDER } from '../cluster/suite/recording.ts';
import { replay, REPLAY_TOLERANCE } from '../cluster/suite/replay.ts';

/**
 * What a real kubelet, its cAdvisor and kube-state-metrics exposed in a run of the cluster suite, with the times that
 * they had, through a real Prometheus; and the truth from the containers' control groups. docs/cluster.md tells how it
 * was recorded, and how to record it again when Burnwatch became better.
 */
const { live: liveRun } = readRun(RECORDING_FOLDER);
/**
 * Kinds whose figures are known to be this much further off than in the live run. A container that is killed for memory
 * every ten seconds: a request that an answer leaves out is unknown since that run, and no longer carried on.
 */
const KNOWN_WORSE: Readonly<Record<string, number>> = { 'oom-loop': 0.02 };
let replayed: readonly Comparison[];

beforeAll(async () => {
  replayed = await replay(RECORDING_FOLDER);
});

describe.each(liveRun)('$name', (live) => {
  const again = (): Comparison | undefined => replayed.find(({ name }) => name === live.name);

  // The recording has no truth of the others.
  const compared = FIGURES.filter((figure) => live.errors[figure] !== null);

  it.each(compared)(
    'is replayed with the error of the live run, or a smaller one: %s',
    (figure) => {
      const bound =
        Math.abs(live.errors[figure] ?? 0) + REPLAY_TOLERANCE + (KNOWN_WORSE[live.name] ?? 0);
      expect(Math.abs(again()?.errors[figure] ?? 0)).toBeLessThanOrEqual(bound);
    },
  );

  it.runIf(live.isOwnerFound)('is replayed with its owner', () => {
    expect(again()?.isOwnerFound).toBe(true);
  });
});

it('holds a static pod from its first scheduling on, though a restarted kubelet names another time', () => {
  const held = replayed.find(({ name }) => name === 'static')?.errors.reservedCpu;
  expect(Math.abs(held ?? 1)).toBeLessThan(0.01);
});
