import { describe, expect, it } from 'vitest';
import { aContainer, aPod } from '../../../test/support/cost.ts';
import { DetectorRun } from '../../../test/support/detect.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { postureDetector } from './postureDetector.ts';
import { goodPodSpec, goodSpec } from '../../../test/support/posture/posture.ts';

const START = Date.UTC(2026, 10, 2);

function play(days: number, at: (time: TimeMs) => { privileged?: boolean; seen?: boolean }) {
  const run = new DetectorRun(postureDetector, { historyStart: START });
  for (let time = START; time < START + days * DAY_MS; time += HOUR_MS) {
    const { privileged = false, seen = true } = at(time);
    const spec = goodPodSpec({ containers: [goodSpec({ privileged })] });
    const container = aContainer({ image: 'app:1', cpuRequestCores: 1, ramRequestBytes: 1 });
    const pod = aPod({ name: 'web', containers: [container], spec: seen ? spec : null });
    run.window(time, time + HOUR_MS, {}, { pods: [pod] });
  }
  return run;
}

describe('posture as findings', () => {
  it('tells of a score that fell, which check did it, and closes when it is back', () => {
    const run = play(5, (time) => ({
      privileged: time >= START + 2 * DAY_MS && time < START + 3 * DAY_MS,
    }));
    expect(run.opened.map(({ at }) => at)).toEqual([START + 2 * DAY_MS + HOUR_MS]);
    expect(run.opened[0]?.verdict).toMatchObject({ rule: 'score-fell', severity: 'warning' });
    expect(run.opened[0]?.verdict.evidence.map(({ signal }) => signal)).toEqual(['privileged']);
    expect(run.closed.map(({ at }) => at)).toEqual([START + 3 * DAY_MS + HOUR_MS]);
    const row = run.rows.get('shop');
    expect(row?.trend).toHaveLength(5);
    expect(row?.trend[2]?.score).toBeLessThan(row?.trend[1]?.score ?? 0);
  });

  it('a lower score is the new normal after a week', () => {
    const run = play(12, (time) => ({ privileged: time >= START + 2 * DAY_MS }));
    expect(run.closed.map(({ at }) => at)).toEqual([START + 9 * DAY_MS + HOUR_MS]);
    expect(run.opened).toHaveLength(1);
  });

  it('a source that goes away changes nothing', () => {
    const run = play(4, (time) => ({ seen: time < START + 2 * DAY_MS }));
    expect(run.opened).toEqual([]);
  });
});
