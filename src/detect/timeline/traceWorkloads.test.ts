import { describe, expect, it } from 'vitest';
import {
  containerSample,
  nodeSample,
  podSample,
  snapshotOf,
} from '../../../test/support/snapshots.ts';
import { StateOverlay } from '../../cycle/stateOverlay.ts';
import type { DetectorState } from '../../store/stateCodec.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { formatTime, MINUTE_MS } from '../../model/time.ts';
import { inventoryOf, rawObject, rawPod } from '../../../test/support/specs.ts';
import { TIMELINE, type Trace } from './timelineState.ts';
import { traceWorkloads } from './traceWorkloads.ts';

const START = Date.parse('2026-11-24T07:00:00Z');
const STEP = 5 * MINUTE_MS;
const windowAt = (index: number) => ({
  start: START + index * STEP,
  end: START + (index + 1) * STEP,
});

/** Plays windows through one state, the way `runWindow` does; returns what was told, line by line. */
function play(windows: readonly Partial<Snapshot>[], owners: readonly string[] = []): string[] {
  const rows = new Map<string, unknown>();
  return windows.flatMap((change, index) => {
    const snapshot = snapshotOf(windowAt(index), change);
    const overlay = new StateOverlay(rows);
    const owner = new Map(snapshot.pods.map(({ uid }) => [uid, owners[index] ?? '']));
    const owned = owners[index] === undefined ? new Map<string, string>() : owner;
    const events = traceWorkloads({ snapshot, owners: owned }, overlay as DetectorState<Trace>);
    for (const [key, value] of overlay.changes) {
      const { encode, decode } = TIMELINE.codec;
      if (value === null) rows.delete(key);
      else rows.set(key, decode(encode(value as Trace)));
    }
    return events.map(({ at, type, text }) => `${formatTime(at).slice(11, 19)} ${type}: ${text}`);
  });
}

/** A pod of Deployment/web, of the revision, made in the window `born` (null: long ago). */
function pod(
  revision: string,
  born: number | null,
  container: Partial<ContainerSample> = {},
): PodSample {
  return podSample({
    name: `web-${revision}-x2x4z`,
    createdAt: born === null ? START - 10 * STEP : START + born * STEP + MINUTE_MS,
    containers: [containerSample(container)],
  });
}
const OLD = pod('6d4cf56db6', null);

describe('traceWorkloads', () => {
  it('tells nothing of the first window, nor of windows that are all alike', () => {
    expect(play([{}, {}, {}])).toEqual([]);
  });

  it('tells a rollout with its image, requests and limits at the time of the new pod', () => {
    const next = pod('7f5bb5b9c8', 1, {
      image: 'registry.example/app:2',
      cpuRequestCores: 0.25,
      ramLimitBytes: null,
    });
    expect(play([{ pods: [OLD] }, { pods: [OLD, next] }, { pods: [next] }])).toEqual([
      '07:06:00 rollout: pods of revision 7f5bb5b9c8 take over from 6d4cf56db6',
      '07:06:00 image: app runs registry.example/app:2, before registry.example/app:1',
      '07:06:00 requests: app requests cpu 250m, memory 512Mi, before cpu 500m, memory 512Mi',
      '07:06:00 limits: app is limited to cpu 1, memory none, before cpu 1, memory 1Gi',
    ]);
  });

  it('takes what is unknown for no change, and compares with what was known before', () => {
    const unknown = pod('6d4cf56db6', null, { image: null, cpuRequestCores: null });
    const changed = pod('6d4cf56db6', null, { image: 'registry.example/app:9' });
    const lines = play([{ pods: [OLD] }, { pods: [unknown] }, { pods: [changed] }]);
    expect(lines.map((line) => line.slice(9, 14))).toEqual(['image']);
  });

  it('compares a container called constructor with nothing that every object has', () => {
    const both = podSample({
      ...OLD,
      containers: [containerSample({}), containerSample({ name: 'constructor' })],
    });
    expect(play([{ pods: [OLD] }, { pods: [both] }, { pods: [both] }])).toEqual([]);
  });

  it('counts pods only when the number stands, so that a rollout is no scaling', () => {
    const pods = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...OLD,
        uid: `u-${index}`,
        name: `${OLD.name}${index}`,
      }));
    const counts = [3, 3, 6, 3, 3, 5, 5, 5];
    expect(play(counts.map((count) => ({ pods: pods(count) })))).toEqual([
      '07:30:00 scaled: scaled from 3 to 5',
    ]);
  });

  it('believes a wish over the count, once, and only near its moment', () => {
    const wish = (replicas: number, index: number) => {
      const web = rawObject(
        'apps/v1',
        'Deployment',
        { name: 'web', namespace: 'shop' },
        { spec: { replicas } },
      );
      return { pods: [OLD], objects: inventoryOf([web], windowAt(index).end).objects };
    };
    expect(play([wish(1, 0), wish(4, 1), wish(4, 2)])).toEqual([
      '07:10:00 scaled: scaled from 1 to 4',
    ]);
    expect(play([wish(1, 0), wish(4, 30), wish(4, 30)])).toEqual([]);
  });

  it('tells another command line by its digest, without the command line', () => {
    const spec = (args: string[]) => {
      const containers = [
        { name: 'app', image: 'i', args, env: [{ name: 'A', value: 'hunter2' }] },
      ];
      return (
        inventoryOf([rawPod({}, { containers })], 0)
          .pods.values()
          .next().value?.spec ?? null
      );
    };
    const lines = play([
      { pods: [{ ...OLD, spec: spec(['--a']) }] },
      { pods: [OLD] },
      { pods: [{ ...OLD, spec: spec(['--url', 'pool.example:3333']) }] },
    ]);
    expect(lines).toEqual([
      '07:15:00 command: app has another command line, or other environment variables',
    ]);
  });

  it('tells new workloads, other owners and new pods on new nodes', () => {
    const other = podSample({
      name: 'x',
      uid: 'x',
      workload: { kind: 'DaemonSet', name: 'proxy' },
    });
    const moved = { ...pod('6d4cf56db6', 1), uid: 'moved', node: 'node-9' };
    const nodes = [nodeSample(), nodeSample({ name: 'node-9' })];
    expect(play([{ pods: [OLD] }, { pods: [OLD, other, moved], nodes }], ['a', 'b'])).toEqual([
      '07:10:00 owner: belongs to b, before to a',
      `07:06:00 new-node: the new pod ${moved.name} runs on node-9, a node since 07:05:00`.replace(
        '07:05:00',
        '2026-11-24T07:05:00Z',
      ),
      '07:10:00 appeared: DaemonSet proxy is there for the first time',
    ]);
  });

  it('waits for the owner of a pod, and follows no containers of one-shot workloads', () => {
    const orphan = podSample({
      name: 'o',
      uid: 'o',
      workload: { kind: 'Pod', name: 'o' },
      workloadKnown: false,
    });
    const run = (image: string) =>
      podSample({
        workload: { kind: 'TaskRun', name: 'ghcr.io/acme/build' },
        containers: [containerSample({ image })],
      });
    expect(play([{ pods: [run('a')] }, { pods: [run('b'), orphan] }])).toEqual([]);
  });
});
