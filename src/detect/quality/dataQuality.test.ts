import { expect, it } from 'vitest';
import { MINUTE_MS } from '../../model/time.ts';
import type { DataProblem } from '../../model/snapshot.ts';
import { nodeSample } from '../../../test/support/snapshots.ts';
import { dataQualityDetector } from './dataQuality.ts';
import { DetectorRun } from '../../../test/support/detect.ts';

const STEP = 5 * MINUTE_MS;

const ABSENT: DataProblem = {
  code: 'metric-absent',
  subject: 'kube_pod_owner',
  text: 'kube_pod_owner has no data',
};
const SILENT: DataProblem = {
  code: 'exporter-absent',
  subject: 'kube-state-metrics',
  text: 'no metric of kube-state-metrics has data',
};

/** Runs windows with these problems, one list a window, and tells what fired and what cleared in each. */
function run(windows: readonly (readonly DataProblem[])[], nodes = [nodeSample()]) {
  const detector = new DetectorRun(dataQualityDetector, { historyStart: 0 });
  return windows.map((problems, index) => {
    const start = index * STEP;
    const verdicts = detector.window(start, start + STEP, {}, { problems, nodes });
    return verdicts
      .filter(({ rule }) => rule !== 'unpriced-node' && rule !== 'unknown-cost')
      .map(({ rule, status }) => `${rule} ${status}`);
  });
}

it('a problem is a finding, and is over after three windows without it', () => {
  expect(run([[ABSENT], [], [], [ABSENT], [], [], []])).toEqual([
    ['metric-absent firing'],
    [],
    [],
    ['metric-absent firing'],
    [],
    [],
    ['metric-absent clear'],
  ]);
});

it('that a metric is not named apart proves nothing while its whole exporter is silent', () => {
  const said = run([[ABSENT], [SILENT], [SILENT], [SILENT], [SILENT], [], [], []]);
  expect(said.flat()).toEqual([
    'metric-absent firing',
    ...Array.from({ length: 4 }, () => 'exporter-absent firing'),
    'metric-absent clear',
    'exporter-absent clear',
  ]);
});

it('a window that shows nothing proves nothing', () => {
  expect(run([[ABSENT], [], [], [], []], []).flat()).toEqual(['metric-absent firing']);
});

it('what takes away a feature is a hint, what takes away truth a warning', () => {
  const detector = new DetectorRun(dataQualityDetector, { historyStart: 0 });
  const verdicts = detector.window(0, STEP, {}, { problems: [ABSENT, SILENT] });
  const severities = verdicts.map(({ rule, severity }) => [rule, severity]);
  expect(severities).toContainEqual(['metric-absent', 'info']);
  expect(severities).toContainEqual(['exporter-absent', 'warning']);
});
