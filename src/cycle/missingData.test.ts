import { expect, it } from 'vitest';
import { podSample, snapshotOf } from '../../test/support/snapshots.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import { fromFirstSeen, nothingSeen } from './missingData.ts';

const window = (index: number) => ({ start: index * 300_000, end: (index + 1) * 300_000 });
const empty = (index: number): Snapshot => ({ ...snapshotOf(window(index)), nodes: [], pods: [] });
const seen = (index: number): Snapshot => ({ ...empty(index), pods: [podSample({})] });

it('begins with the first window that shows something, and keeps what follows', () => {
  const kept = fromFirstSeen([empty(0), empty(1), seen(2), empty(3), seen(4)]);
  expect(kept.map((snapshot) => snapshot.window.start / 300_000)).toEqual([2, 3, 4]);
  expect(fromFirstSeen([empty(0)])).toEqual([]);
  expect(fromFirstSeen([])).toEqual([]);
});

it('says where the data are, or that there are none', () => {
  const span = { start: window(1).start, end: window(2).end };
  const say = (oldest: number | null): string => nothingSeen(span, oldest, []).message;
  expect(say(null)).toMatch(/from 1970-01-01T00:05:00Z to 1970-01-01T00:15:00Z.* holds neither/);
  expect(say(3_600_000)).toMatch(/its data begin at 1970-01-01T01:00:00Z$/);
  expect(say(0)).toMatch(/it holds data since 1970-01-01T00:00:00Z, but none there$/);
  const absent = { code: 'exporter-absent', subject: 'cAdvisor', text: 'pods are relabelled' };
  const { message } = nothingSeen(span, null, [absent as DataProblem]);
  expect(message).toMatch(/online says what to do\)\. pods are relabelled$/);
});
