import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { aContainer, aPod } from '../support/cost.ts';
import { DetectorRun } from '../support/detect.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { imageNotPulled } from './exampleDetector.ts';

const STEP = 5 * MINUTE_MS;

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

it('shows the detector that is tested here', () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read('../../CONTRIBUTING.md')) ?? [];
  // As it would stand in src/detect/.
  const example = read('exampleDetector.ts')
    .replaceAll(/'\.\.\/\.\.\/src\/(?=detect\/)detect\//g, "'./")
    .replaceAll("'../../src/", "'../");
  expect(shown).toBe(example);
});

it('which tells of an image that cannot be pulled for an hour, until the container runs', () => {
  const run = new DetectorRun(imageNotPulled, {
    historyStart: 0,
    thresholds: { imageNotPulled: { hours: 1 } },
  });
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
});
