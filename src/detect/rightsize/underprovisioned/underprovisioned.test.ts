import { describe, expect, it } from 'vitest';
import { aContainer, aNode, aPod } from '../../../../test/support/cost.ts';
import { DetectorRun } from '../../../../test/support/detect.ts';
import type { ContainerSample } from '../../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { underprovisionedDetector } from './underprovisionedDetector.ts';

const START = Date.UTC(2026, 10, 2);
const WINDOW = 300_000;
const MIB = 2 ** 20;

/** Windows of five minutes with one pod on a node of four cores. */
function play(hours: number, sample: (time: TimeMs) => Partial<ContainerSample>, others = 0) {
  const run = new DetectorRun(underprovisionedDetector, { historyStart: START });
  for (let time = START; time < START + hours * HOUR_MS; time += WINDOW) {
    const container = aContainer({ cpuRequestCores: 1, cpuLimitCores: 1, ...sample(time) });
    const pods = [
      aPod({ name: 'web', containers: [container] }),
      aPod({ name: 'other', containers: [aContainer({ cpuUsageCores: others })] }),
    ];
    run.window(time, time + WINDOW, {}, { pods, nodes: [aNode({ name: 'n1' })] });
  }
  return run;
}

describe('underprovisioned', () => {
  it('an OOM kill opens with the memory to give, and closes a day after the last', () => {
    const run = play(30, (time) =>
      time === START + HOUR_MS
        ? { restarts: 1, lastTerminatedReason: 'OOMKilled', ramLimitBytes: 1000 * MIB }
        : { lastTerminatedReason: 'OOMKilled' },
    );
    expect(run.opened).toHaveLength(1);
    expect(run.opened[0]).toMatchObject({ at: START + HOUR_MS + WINDOW });
    expect(run.opened[0]?.verdict).toMatchObject({ rule: 'oom-killed', severity: 'warning' });
    expect(run.opened[0]?.verdict.summary).toContain('1200Mi');
    expect(run.closed[0]?.at).toBe(START + HOUR_MS + WINDOW + DAY_MS);
    expect(run.rows.size).toBe(0);
  });

  it('throttling opens after three hours, keeps open in between, and closes after three quiet ones', () => {
    const run = play(12, (time) => {
      const hour = (time - START) / HOUR_MS;
      return { throttledShare: hour < 3 ? 0.6 : hour < 6 ? 0.35 : 0.1 };
    });
    expect(run.opened.map(({ at }) => at)).toEqual([START + 3 * HOUR_MS]);
    expect(run.opened[0]?.verdict).toMatchObject({ rule: 'cpu-throttled', startedAt: START });
    expect(run.closed.map(({ at }) => at)).toEqual([START + 9 * HOUR_MS]);
  });

  it('two hours are not enough, and unknown closes nothing', () => {
    const short = play(8, (time) => ({ throttledShare: time < START + 2 * HOUR_MS ? 0.9 : 0 }));
    expect(short.opened).toEqual([]);
    const lost = play(12, (time) => ({ throttledShare: time < START + 4 * HOUR_MS ? 0.9 : null }));
    expect(lost.opened).toHaveLength(1);
    expect(lost.closed).toEqual([]);
  });

  it('use above the request counts only on a full node', () => {
    expect(play(3, () => ({ cpuUsageCores: 2 }), 0.5).opened).toEqual([]);
    const run = play(4, (time) => ({ cpuUsageCores: time < START + 2 * HOUR_MS ? 2 : 0.5 }), 1.8);
    expect(run.opened[0]?.verdict).toMatchObject({ rule: 'use-exceeds-request' });
    expect(run.opened[0]?.at).toBe(START + HOUR_MS);
    expect(run.closed).toHaveLength(1);
  });
});
