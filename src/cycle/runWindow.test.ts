import { expect, it } from 'vitest';
import { podSample, snapshotOf } from '../../test/support/snapshots.ts';
import { configSchema } from '../daemon/config/schema.ts';
import { loadThresholds } from '../daemon/config/loadThresholds.ts';
import type { Detector } from '../detect/detector.ts';
import type { Verdict } from '../model/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';
import { emptyState, WorkingState } from '../store/cycleState.ts';
import { jsonCodec } from '../store/stateCodec.ts';
import { runWindow } from './runWindow.ts';
import type { Settings } from './settings.ts';

const WINDOW = 5 * MINUTE_MS;

function verdict(rule: string, status: Verdict['status'], startedAt: number): Verdict {
  return {
    kind: 'cost-spike',
    rule,
    scope: {
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
      container: null,
      subject: null,
    },
    status,
    severity: 'warning',
    score: 60,
    startedAt,
    summary: rule,
    evidence: [],
    next: [],
    pods: [],
    costBeforeNano: null,
    costPerMonth: null,
  };
}

/** Gives each window the status of `says`, and counts windows; throws where that is null. */
function detector(name: string, says: () => Verdict['status'] | null): Detector<unknown> {
  return {
    name,
    version: 1,
    codec: jsonCodec(),
    thresholds: {},
    detect({ snapshot }, state) {
      state.set('windows', Number(state.get('windows') ?? 0) + 1);
      const status = says();
      if (status === null) throw new Error(`cannot read\u001b[31m ${'x'.repeat(999)}`);
      return [verdict(name, status, snapshot.window.start)];
    },
  };
}

it('a detector that throws stops no other, keeps its state and findings, and is named until it works', () => {
  let fragile: Verdict['status'] | null = 'firing';
  const settings: Settings = {
    config: configSchema.parse({ cluster: 'test' }),
    thresholds: loadThresholds([]),
    detectors: [detector('fragile', () => fragile), detector('sound', () => 'firing')],
    priceLists: [],
    configHash: '',
  };
  const state = new WorkingState(emptyState());
  let at = 1_000 * HOUR_MS;
  const step = () => {
    const window = { start: at, end: at + WINDOW };
    const result = runWindow(snapshotOf(window, { pods: [podSample()] }), state, settings);
    state.apply(result.change);
    at += WINDOW;
    return result;
  };
  const states = () =>
    Object.fromEntries(Array.from(state.findings.values(), (one) => [one.rule, one.state]));
  const windows = (name: string) => state.detectors.get(name)?.get('windows');

  expect(step().failures).toEqual([]);
  expect(states()).toEqual({ fragile: 'open', sound: 'open' });

  fragile = null;
  // Longer than the half hour after which an absent workload counts as gone.
  for (let count = 0; count < 12; count++) {
    const { failures, events } = step();
    expect(failures.map((one) => one.detector)).toEqual(['fragile']);
    const news = events.map(({ type, finding }) => `${type} ${finding.rule}`);
    expect(news).toEqual(count === 0 ? ['opened detector-failed'] : []);
  }
  expect(states()).toEqual({ fragile: 'open', sound: 'open', 'detector-failed': 'open' });
  expect([windows('fragile'), windows('sound')]).toEqual([1, 13]);
  const failed = [...state.findings.values()].find(({ rule }) => rule === 'detector-failed');
  expect(failed).toMatchObject({ kind: 'data-quality', scope: { subject: 'fragile' } });
  expect(failed?.summary).not.toContain('\u001b');
  expect(failed?.summary.length).toBeLessThan(500);

  fragile = 'clear';
  expect(step().events.map(({ type, finding }) => `${type} ${finding.rule}`)).toEqual([
    'closed fragile',
    'closed detector-failed',
  ]);
  expect([windows('fragile'), windows('sound')]).toEqual([2, 14]);
});
