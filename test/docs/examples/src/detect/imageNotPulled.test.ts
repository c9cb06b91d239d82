import { expect, it } from 'vitest';
import { aContainer, aPod } from '../../test/support/cost.ts';
import { DetectorRun } from '../../test/support/detect.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';
import { DETECTORS } from './detectors.ts';
import { imageNotPulled } from './imageNotPulled.ts';

const STEP = 5 * MINUTE_MS;

it('reports an image that cannot be pulled for an hour, until the container runs', () => {
  const run = new DetectorRun(imageNotPulled, { historyStart: 0 });
  const windows = (from: number, to: number, change: Parameters<typeof aContainer>[0]): void => {
    const pods = [aPod({ name: 'web', containers: [aContainer(change)] })];
    for (let start = from; start < to; start += STEP) run.window(start, start + STEP, {}, { pods });
  };
  windows(0, HOUR_MS - STEP, { waitingReason: 'ImagePullBackOff', runShare: 0 });
  expect(run.opened).toEqual([]);
  windows(HOUR_MS - STEP, 2 * HOUR_MS, { waitingReason: 'ImagePullBackOff', runShare: 0 });
  expect(run.opened).toMatchObject([
    { at: HOUR_MS, verdict: { startedAt: 0, pods: ['web'], scope: { container: 'app' } } },
  ]);
  windows(2 * HOUR_MS, 3 * HOUR_MS, { waitingReason: null, runShare: 0 });
  expect(run.closed).toEqual([]);
  windows(3 * HOUR_MS, 4 * HOUR_MS, { waitingReason: null, runShare: 1 });
  expect(run.closed).toMatchObject([{ at: 3 * HOUR_MS + STEP }]);
  expect(DETECTORS).toContain(imageNotPulled);
});
