import { describe, expect, it } from 'vitest';
import type {
  ContainerSample,
  ExpectedSamples,
  PodSample,
  Snapshot,
} from '../../model/snapshot.ts';
import { nameRestorer } from '../labels.ts';
import type { Batch } from '../prometheus/batch.ts';
import { cgroupKey } from '../prometheus/fetchLifeTimes.ts';
import type { QueryId } from '../prometheus/queries.ts';
import { assemble } from './assemble.ts';
import { madeUpBatch, madeUpWindows } from '../../../test/support/madeUpBatch.ts';
import type {
  MadeUpLives,
  MadeUpSamples,
  MadeUpSeries,
} from '../../../test/support/madeUpBatch.ts';

const settings = { cluster: 'test', restoreName: nameRestorer([]) };
const WHOLE: ExpectedSamples = {};
const A = '0000000a-0000-4000-8000-000000000000';
const B = '0000000b-0000-4000-8000-000000000000';
const BORN = 1_500_000_000;
const born = (windows: readonly { start: number }[], index: number): number =>
  (windows[index]?.start ?? 0) / 1000 + 30;

type Series = Partial<Record<QueryId, readonly MadeUpSeries[]>> & MadeUpLives;

const END = 4 * 300;
/** Scrapes once a minute, half a minute off the windows, from two minutes before the first one. */
function scrapes(from = -120, to = END): readonly number[] {
  return Array.from({ length: Math.ceil((to + 150) / 60) }, (_, index) => index * 60 - 150).filter(
    (seconds) => seconds >= from,
  );
}
/** A counter that began at nothing at `start`, and grew evenly. */
function grew(
  cores: number,
  times: readonly number[] = scrapes(),
  start = -86_400,
): MadeUpSamples[1] {
  return times.map((seconds) => [seconds, (seconds - start) * cores]);
}
/** When the counter of a cgroup began, in seconds after the first window's start. */
function startedAt(labels: Record<string, string>, seconds: number): ReadonlyMap<string, number> {
  return new Map([[cgroupKey(labels), (madeUpWindows(1)[0]?.start ?? 0) + seconds * 1000]]);
}
function level(value: number, times: readonly number[] = scrapes()): MadeUpSamples[1] {
  return times.map((seconds) => [seconds, value]);
}

function cgroup(uid: string, id = '1', container = 'app'): Record<string, string> {
  return { namespace: 'shop', pod: 'web-1', container, id: `/kubepods/pod${uid}/${id}` };
}
function pod(uid: string, more: Record<string, string> = {}): Record<string, string> {
  return { namespace: 'shop', pod: 'web-1', uid, ...more };
}
function webInfo(uid = A): Record<string, string> {
  return pod(uid, { node: 'n1', created_by_kind: 'StatefulSet', created_by_name: 'web' });
}
/** A pod with one container that runs through the window before the batch and all windows of it. */
function steady(uid = A): Series {
  const five = [5, 5, 5, 5];
  return {
    cpu: [[cgroup(uid), grew(0.5)]],
    ram: [[cgroup(uid), scrapes().map((seconds) => [seconds, seconds === 150 ? 130 : 90])]],
    podInfo: [[webInfo(uid), level(1)]],
    nodeInfo: [[{ node: 'n1' }, five]],
    podPhase: [[pod(uid, { phase: 'Running' }), five]],
    podCreated: [[pod(uid), [BORN, BORN, BORN, BORN]]],
    containerInfo: [[pod(uid, { container: 'app', image: 'web:v1' }), five]],
    running: [[pod(uid, { container: 'app' }), five]],
    requests: [[pod(uid, { container: 'app', resource: 'cpu' }), [1, 1, 1, 1]]],
    restarts: [[pod(uid, { container: 'app' }), [3, 3, 3, 3]]],
  };
}

function run(series: Series, windows = madeUpWindows(1), expected = WHOLE): readonly Snapshot[] {
  return assemble(madeUpBatch(windows, series, series), windows, expected, settings);
}
function onlyPod(snapshot: Snapshot | undefined): PodSample {
  expect(snapshot?.pods).toHaveLength(1);
  return snapshot?.pods[0] as PodSample;
}
function only(snapshot: Snapshot | undefined): ContainerSample {
  const { containers } = onlyPod(snapshot);
  expect(containers).toHaveLength(1);
  return containers[0] as ContainerSample;
}

describe('a steady pod', () => {
  it('is read whole', () => {
    const [snapshot] = run(steady());
    expect(snapshot).toMatchObject({ coverage: 1, complete: true, cluster: 'test' });
    expect(onlyPod(snapshot)).toMatchObject({
      uid: A,
      workload: { kind: 'StatefulSet', name: 'web' },
      workloadKnown: true,
      node: 'n1',
      heldShare: 1,
      createdAt: BORN * 1000,
      phase: 'Running',
    });
    expect(only(snapshot)).toMatchObject({
      cpuUsageCores: 0.5,
      cpuRequestCores: 1,
      ramUsageBytes: 100,
      ramPeakBytes: 130,
      ramRequestBytes: 0,
      cpuLimitCores: null,
      diskReadBytesPerSecond: null,
      image: 'web:v1',
      runShare: 1,
      restarts: 0,
      coverage: 1,
    });
  });

  it('is the same alone and in a batch, whatever the order of the series', () => {
    const series: Series = {
      ...steady(),
      cpu: [
        [cgroup(A), grew(0.3, scrapes(-120, 400))],
        [cgroup(A, '2'), grew(0.7, scrapes(420), 410)],
        [{ ...cgroup(A), id: '' }, grew(0.3, scrapes(-100, 400))],
      ],
    };
    const windows = madeUpWindows(3);
    const together = run(series, windows);
    const reversed: Series = Object.fromEntries(
      Object.entries(series).map(([id, list]) => [id, list.toReversed()]),
    );
    expect(run(reversed, windows)).toEqual(together);
    const alone = windows.map((window, index) => {
      const shift = ([labels, samples]: MadeUpSamples): MadeUpSamples => [
        labels,
        samples.map(([seconds, value]) => [seconds - index * 300, value]),
      ];
      const cut = Object.fromEntries(
        Object.entries(series).map(([id, list]) => [
          id,
          ['cpu', 'ram', 'podInfo'].includes(id)
            ? (list as MadeUpSamples[]).map(shift)
            : (list as MadeUpSeries[]).map(([labels, values]) => [
                labels,
                values.slice(index, index + 2),
              ]),
        ]),
      ) as Series;
      return run(cut, [window])[0];
    });
    expect(alone).toEqual(together);
  });
});

describe('a restarted container', () => {
  it('sums the CPU of its lives, weighs its memory by time, and counts the restart', () => {
    const [before, after] = [scrapes(-120, 100), scrapes(150)];
    const [snapshot] = run({
      ...steady(),
      cpu: [
        [cgroup(A, '1'), grew(1, before)],
        [cgroup(A, '2'), grew(0.5, after, 120)],
      ],
      ram: [
        [cgroup(A, '1'), level(100, before)],
        [cgroup(A, '2'), level(50, after)],
      ],
      lifeTimes: { started: startedAt(cgroup(A, '2'), 120) },
      restarts: [[pod(A, { container: 'app' }), [3, 4]]],
    });
    // One core up to the last sample at 90 s, half a core from 120 s on.
    expect(only(snapshot).cpuUsageCores).toBeCloseTo((90 + 180 * 0.5) / 300, 9);
    expect(only(snapshot)).toMatchObject({
      ramUsageBytes: (100 * 90 + 50 * 150) / 240,
      ramPeakBytes: 100,
      restarts: 1,
      runShare: 1,
    });
  });

  it('is one life however its cgroup is spelt, and an old cgroup that stands still adds nothing', () => {
    const path = cgroup(A)['id'] ?? '';
    const spellings = [
      { ...cgroup(A), job: 'kubelet-2' },
      { ...cgroup(A), id: `/docker/0abc${path}` },
      { ...cgroup(A), id: `/kubepods-pod${A.replaceAll('-', '_')}.slice/cri-containerd-1.scope` },
      { namespace: 'shop', pod: 'web-1', container: 'app' },
    ];
    for (const other of spellings) {
      const [snapshot] = run({
        ...steady(),
        cpu: [
          [cgroup(A), grew(0.5)],
          [other, grew(0.5)],
        ],
      });
      expect(only(snapshot).cpuUsageCores).toBeCloseTo(0.5, 9);
      expect(snapshot?.problems.map(({ code }) => code)).not.toContain('duplicates-disagree');
    }
    const nested = { ...cgroup(A), id: `${path}/init` };
    const within = run({
      ...steady(),
      cpu: [
        [nested, grew(0.4)],
        [cgroup(A), grew(0.5)],
      ],
    });
    expect(only(within[0]).cpuUsageCores).toBeCloseTo(0.5, 9);
    const frozen = run({
      ...steady(),
      cpu: [
        [cgroup(A, '1'), grew(1, scrapes(-120, 100)).concat(level(43_000, scrapes(150)))],
        [cgroup(A, '2'), grew(1, scrapes(150), 120)],
      ].map(([labels, samples]) => [labels, samples] as MadeUpSamples),
      lifeTimes: { started: startedAt(cgroup(A, '2'), 120) },
    });
    expect(only(frozen[0]).cpuUsageCores).toBeLessThan(1);
  });

  it('is not added up where two series of one life disagree, which is said', () => {
    const [snapshot] = run({
      ...steady(),
      cpu: [
        [cgroup(A), grew(0.5)],
        [{ ...cgroup(A), job: 'other' }, grew(3, scrapes(-60, 300))],
      ],
    });
    expect(only(snapshot).cpuUsageCores).toBeCloseTo(0.5, 9);
    expect(snapshot?.problems.map(({ code }) => code)).toContain('duplicates-disagree');
  });
});

describe('a container with one sample', () => {
  const once: Series = {
    ...steady(),
    cpu: [[cgroup(A), [[90, 60]]]],
    running: [[pod(A, { container: 'app' }), [null, 1]]],
    podInfo: [
      [pod(A, { node: 'n1' }), [[90, 1]]],
      [{ namespace: 'a', pod: 'b', uid: B, node: 'n1' }, level(1)],
    ],
  };
  const web = (series: Series): ContainerSample | undefined =>
    run(series)[0]?.pods.find(({ uid }) => uid === A)?.containers[0];

  it('counts its counter from its start, be that the pod’s or the container’s own', () => {
    const created = { ...once, podCreated: [[pod(A), [null, born(madeUpWindows(1), 0)]]] as const };
    expect(web(created)).toMatchObject({ cpuUsageCores: 90 / 300, cpuEstimatedCores: 30 / 300 });
    const restarted = { ...once, lifeTimes: { started: startedAt(cgroup(A), 60) } };
    expect(web(restarted)).toMatchObject({
      cpuUsageCores: 120 / 300,
      cpuEstimatedCores: 60 / 300,
      runShare: 60 / 300,
    });
  });

  it('goes on at its last rate to the end that is stated, and says how much of that is estimated', () => {
    const finished: Series = {
      ...once,
      lifeTimes: {
        started: startedAt(cgroup(A), 60),
        completed: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 100_000]]),
      },
    };
    expect(web(finished)).toMatchObject({ cpuUsageCores: 80 / 300, cpuEstimatedCores: 20 / 300 });
  });

  it('is unknown when its start is: its counter holds all of its past', () => {
    expect(web(once)).toMatchObject({ cpuUsageCores: null });
  });

  it('is unknown, and not covered, where it ran between two scrapes and was finished', () => {
    const missed: Series = {
      ...once,
      cpu: [],
      podPhase: [[pod(A, { phase: 'Succeeded' }), [null, 1]]],
      running: [[pod(A, { container: 'app' }), [null, 0]]],
      lifeTimes: {
        scheduled: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 61_000]]),
        completed: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 76_000]]),
      },
    };
    expect(web(missed)).toMatchObject({ cpuUsageCores: null, coverage: 0 });
    const [snapshot] = run(missed);
    expect(snapshot?.pods.find(({ uid }) => uid === A)?.heldShare).toBeCloseTo(15 / 300, 9);
  });
});

describe('a reused pod name', () => {
  it('is two pods, each with its own usage', () => {
    const series = steady(A);
    const [snapshot] = run({
      ...series,
      cpu: [
        [cgroup(A), grew(0.25, scrapes(-120, 100))],
        [cgroup(B), grew(0.5, scrapes(150), 120)],
      ],
      lifeTimes: { started: startedAt(cgroup(B), 120) },
      running: [
        [pod(A, { container: 'app' }), [5, 2]],
        [pod(B, { container: 'app' }), [null, 3]],
      ],
      podInfo: [
        [webInfo(A), level(1, scrapes(-120, 100))],
        [pod(B, { node: 'n1' }), level(1, scrapes(150))],
      ],
    });
    expect(
      snapshot?.pods.map(({ uid, containers }) => [uid, containers[0]?.cpuUsageCores]),
    ).toEqual([
      [A, expect.closeTo((120 * 0.25) / 300, 9)],
      [B, expect.closeTo((180 * 0.5) / 300, 9)],
    ]);
  });

  it('falls back to the youngest pod where the cgroup does not tell', () => {
    const windows = madeUpWindows(1);
    const bare = { namespace: 'shop', pod: 'web-1', container: 'app' };
    const [snapshot] = run(
      {
        ...steady(A),
        cpu: [[bare, grew(0.4)]],
        podInfo: [
          [pod(A, { node: 'n1' }), level(1, scrapes(-120, 40))],
          [pod(B, { node: 'n1' }), level(1, scrapes(30))],
        ],
        podCreated: [
          [pod(A), [1000, 1000]],
          [pod(B), [null, born(windows, 0)]],
        ],
      },
      windows,
    );
    expect(snapshot?.pods.find(({ uid }) => uid === B)?.containers[0]?.cpuUsageCores).toBeCloseTo(
      0.4,
      9,
    );
    expect(snapshot?.pods.find(({ uid }) => uid === A)?.containers[0]?.cpuUsageCores).toBeNull();
  });

  it('bills a pod that nobody knows by its name', () => {
    const bare = { namespace: 'shop', pod: 'web-1', container: 'app' };
    const [snapshot] = run({ cpu: [[bare, grew(0.4)]] });
    expect(onlyPod(snapshot)).toMatchObject({
      uid: 'name:shop/web-1',
      workload: { kind: 'Pod', name: 'web-1' },
      workloadKnown: false,
    });
    expect(snapshot?.complete).toBe(false);
  });
});

describe('what holds a request', () => {
  it('is a scheduled pod that cannot start, which is known to use nothing', () => {
    const [snapshot] = run({
      ...steady(),
      cpu: [],
      ram: [],
      podPhase: [[pod(A, { phase: 'Pending' }), [5, 5]]],
      running: [[pod(A, { container: 'app' }), [0, 0]]],
      waitingReason: [[pod(A, { container: 'app', reason: 'ImagePullBackOff' }), [1, 1]]],
    });
    expect(onlyPod(snapshot)).toMatchObject({ heldShare: 1, phase: 'Pending' });
    expect(only(snapshot)).toMatchObject({
      cpuUsageCores: 0,
      ramUsageBytes: 0,
      runShare: 0,
      waitingReason: 'ImagePullBackOff',
    });
  });

  it('is no pod before it is scheduled, and none after it has ended', () => {
    const series = steady();
    const [waiting] = run({
      ...series,
      running: [[pod(A, { container: 'app' }), [5, 3]]],
      cpu: [[cgroup(A), grew(0.5, scrapes(150), 120)]],
      podCreated: [[pod(A), [null, born(madeUpWindows(1), 0)]]],
      podInfo: [
        [pod(A), level(1, scrapes(-120, 100))],
        [webInfo(A), level(1, scrapes(150))],
      ],
    });
    // Half-way between the last scrape without a node and the first with one.
    expect(onlyPod(waiting).heldShare).toBeCloseTo(180 / 300, 9);
    const ended: Series = {
      ...series,
      podPhase: [
        [pod(A, { phase: 'Running' }), [5, 2]],
        [pod(A, { phase: 'Succeeded' }), [null, 3]],
      ],
      running: [[pod(A, { container: 'app' }), [5, 2]]],
      cpu: [[cgroup(A), grew(0.5, scrapes(-120, 100))]],
    };
    expect(onlyPod(run(ended)[0])).toMatchObject({ heldShare: 120 / 300, phase: 'Succeeded' });
    const stated: Series = {
      ...ended,
      lifeTimes: {
        completed: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 101_500]]),
      },
    };
    expect(onlyPod(run(stated)[0]).heldShare).toBeCloseTo(101.5 / 300, 9);
  });

  it('is from its scheduling on, to the second, where that is stated', () => {
    const [snapshot] = run({
      ...steady(),
      cpu: [[cgroup(A), grew(0.5, scrapes(150), 120)]],
      podInfo: [[webInfo(A), level(1, scrapes(150))]],
      lifeTimes: {
        scheduled: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 93_000]]),
      },
    });
    expect(onlyPod(snapshot).heldShare).toBeCloseTo(207 / 300, 9);
  });

  it('is a pod that was first described after the window, as far as it was scheduled in it', () => {
    const late = pod(A, { container: 'app', resource: 'cpu' });
    const [snapshot] = run({
      ...steady(),
      cpu: [],
      podInfo: [
        [webInfo(A), level(1, scrapes(320))],
        [{ namespace: 'a', pod: 'b', uid: B, node: 'n1' }, level(1)],
      ],
      podPhase: [],
      running: [],
      containerInfo: [[pod(A, { container: 'app', image: 'web:v1' }), [null, null, 1]]],
      requests: [[late, [null, null, 2]]],
      lifeTimes: {
        scheduled: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 290_000]]),
        completed: new Map([[`shop/web-1/${A}`, (madeUpWindows(1)[0]?.start ?? 0) + 296_000]]),
      },
    });
    const web = snapshot?.pods.find(({ uid }) => uid === A);
    expect(web?.heldShare).toBeCloseTo(6 / 300, 9);
    expect(web?.workload).toEqual({ kind: 'StatefulSet', name: 'web' });
    expect(web?.containers).toMatchObject([{ cpuRequestCores: 2, image: 'web:v1' }]);
  });

  it('is no pod after it has gone', () => {
    const [snapshot] = run({
      ...steady(),
      cpu: [[cgroup(A), grew(0.5, scrapes(-120, 240))]],
      running: [[pod(A, { container: 'app' }), [5, 4]]],
      podInfo: [
        [webInfo(A), level(1, scrapes(-120, 240))],
        [{ namespace: 'a', pod: 'b', uid: B, node: 'n1' }, level(1)],
      ],
    });
    const gone = snapshot?.pods.find(({ uid }) => uid === A);
    // Half-way between its last scrape at 210 s and the next.
    expect(gone).toMatchObject({
      heldShare: 240 / 300,
      containers: [{ runShare: 240 / 300, coverage: 1, cpuEstimatedCores: 15 / 300 }],
    });
  });

  it('is no pod that was never scheduled, whatever its series call its node', () => {
    const [snapshot] = run({
      ...steady(),
      cpu: [],
      ram: [],
      podPhase: [[pod(A, { phase: 'Pending' }), [5, 5]]],
      running: [[pod(A, { container: 'app' }), [0, 0]]],
      lifeTimes: { unscheduled: new Set([`shop/web-1/${A}`]) },
    });
    expect(onlyPod(snapshot)).toMatchObject({ heldShare: 0, node: null });
  });

  it('is not a finished pod that is kept for its log', () => {
    const [snapshot] = run({
      ...steady(),
      cpu: [],
      podPhase: [[pod(A, { phase: 'Succeeded' }), [5, 5]]],
    });
    expect(snapshot?.pods).toEqual([]);
  });
});

describe('coverage', () => {
  it('forgives a lost scrape', () => {
    const most = scrapes().filter((seconds) => seconds !== 150);
    const [snapshot] = run({ ...steady(), cpu: [[cgroup(A), grew(0.5, most)]] });
    expect(snapshot).toMatchObject({ coverage: 1, complete: true });
    expect(only(snapshot).cpuUsageCores).toBeCloseTo(0.5, 9);
  });

  it('is by each series’ own interval, and changes no figure', () => {
    const often = Array.from({ length: 120 }, (_, index) => index * 15 - 150);
    const [snapshot] = run({
      ...steady(),
      cpu: [
        [cgroup(A, '1', 'app'), grew(0.5)],
        [cgroup(A, '2', 'often'), grew(0.5, often)],
      ],
    });
    for (const { cpuUsageCores, coverage } of onlyPod(snapshot).containers) {
      expect(cpuUsageCores).toBeCloseTo(0.5, 9);
      expect(coverage).toBe(1);
    }
    expect(snapshot).toMatchObject({ complete: true, scrapes: { kubeMs: 60_000 } });
  });

  it('lacks a gap of one exporter, while what was used in it is not lost', () => {
    const some = scrapes().filter((seconds) => seconds < 40 || seconds > 250);
    const [snapshot] = run({ ...steady(), cpu: [[cgroup(A), grew(0.5, some)]] });
    expect(only(snapshot)).toMatchObject({ runShare: 1, ramUsageBytes: 100, coverage: 0.2 });
    expect(only(snapshot).cpuUsageCores).toBeCloseTo(0.5, 9);
    expect(snapshot).toMatchObject({ coverage: 0.6, complete: false });
    expect(snapshot?.problems.map(({ code }) => code)).toContain('low-coverage');
  });

  it('lacks what comes after the last sample of all sources', () => {
    const early = scrapes(-120, 130);
    const [snapshot] = run({
      ...steady(),
      cpu: [[cgroup(A), grew(0.5, early)]],
      podInfo: [[webInfo(A), level(1, early)]],
    });
    expect(only(snapshot).cpuUsageCores).toBeCloseTo((90 * 0.5) / 300, 9);
    expect(snapshot).toMatchObject({ coverage: 0.3, complete: false });
  });

  it('is zero when nothing is seen', () => {
    const [snapshot] = run({});
    expect(snapshot).toMatchObject({ coverage: 0, complete: false, pods: [] });
  });
});

describe('population', () => {
  function crowd(counts: readonly number[]): Series {
    const most = Math.max(...counts);
    const pods = Array.from({ length: most }, (_, index): MadeUpSamples => [
      {
        namespace: 'shop',
        pod: `web-${index}`,
        uid: `u${index}`,
        node: 'n1',
        created_by_kind: 'StatefulSet',
        created_by_name: 'web',
      },
      scrapes(-120, counts.length * 300).flatMap((seconds) => {
        const count = counts[Math.max(0, Math.floor(seconds / 300))] ?? 0;
        return index < count ? [[seconds, 1] as const] : [];
      }),
    ]);
    return { podInfo: pods };
  }

  it('that collapses is a broken source, not so many ended workloads', () => {
    const [before, after] = run(crowd([20, 8]), madeUpWindows(2));
    expect(before?.problems.map(({ code }) => code)).not.toContain('population-collapse');
    expect(after?.problems.map(({ code }) => code)).toContain('population-collapse');
    expect(after?.complete).toBe(false);
  });

  it('that shrinks for good is believed in the end', () => {
    const snapshots = run(crowd([20, ...Array.from({ length: 71 }, () => 9)]), madeUpWindows(72));
    const collapsed = snapshots.map(({ problems }) =>
      problems.some(({ code }) => code === 'population-collapse'),
    );
    expect(collapsed[1]).toBe(true);
    expect(collapsed.at(-1)).toBe(false);
  });
});

describe('nodes', () => {
  it('have one price though two series name it, and labels of whatever source has them', () => {
    const price = (type: string): Record<string, string> => ({
      __name__: 'node_total_hourly_cost',
      instance: 'n1',
      instance_type: type,
    });
    const [snapshot] = run({
      ...steady(),
      nodeInfo: [[{ node: 'n1', provider_id: 'aws:///i-1' }, [5, 4]]],
      nodeCapacity: [[{ node: 'n1', resource: 'cpu' }, [8, 8]]],
      nodePrices: [
        [price(''), [1, 0.4]],
        [price('m5.2xlarge'), [1, 0.4]],
      ],
      nodeLabels: [[{ node: 'n1', label_topology_kubernetes_io_zone: 'a' }, [1, 1]]],
    });
    expect(snapshot?.nodes).toMatchObject([
      {
        name: 'n1',
        cpuCores: 8,
        ramBytes: null,
        providerId: 'aws:///i-1',
        upShare: 0.8,
        labels: {
          'node.kubernetes.io/instance-type': 'm5.2xlarge',
          'topology.kubernetes.io/zone': 'a',
        },
        exportedPrice: { totalHour: 0.4, cpuCoreHour: null },
      },
    ]);
  });
});

/** A counter's samples, every ten seconds around the first window, that grows evenly between two times. */
function flow(perSecond: number, from = -60, to = 360): (readonly [number, number])[] {
  const times = Array.from({ length: 43 }, (_, index) => -60 + index * 10);
  return times
    .filter((seconds) => seconds >= from && seconds <= to)
    .map((seconds) => [seconds, perSecond * (seconds - from)]);
}

describe('disk bytes', () => {
  it('are those of each life, once, however many series tell them', () => {
    const path = cgroup(A)['id'] ?? '';
    const diskRead = [
      [cgroup(A), flow(7, 0, 120)],
      [{ ...cgroup(A), id: `/docker/0abc${path}` }, flow(7, 0, 120)],
      [{ ...cgroup(A), id: `${path}/init` }, flow(3, 0, 120)],
      [{ namespace: 'shop', pod: 'web-1', container: 'app' }, flow(7, 0, 120)],
      [cgroup(A, '2'), flow(5, 130, 300)],
      [{ ...cgroup(A, '2'), device: '/dev/sdb' }, flow(2, 130, 300)],
    ] as const;
    const bytes = 7 * 120 + (5 + 2) * 170;
    const [snapshot] = run({ ...steady(), diskRead });
    expect(only(snapshot).diskReadBytesPerSecond).toBeCloseTo(bytes / 300, 9);
  });
});

describe('a pod that a pod owns', () => {
  it('belongs to what that one belongs to', () => {
    const exec = { namespace: 'shop', pod: 'web-1-exec-1', uid: B };
    const owned = { created_by_kind: 'Pod', created_by_name: 'web-1' };
    const [snapshot] = run({
      ...steady(),
      podInfo: [
        [webInfo(), level(1)],
        [{ ...exec, node: 'n1', ...owned }, level(1)],
      ],
    });
    const kinds = snapshot?.pods.map(({ workload }) => `${workload.kind}/${workload.name}`);
    expect(kinds).toEqual(['StatefulSet/web', 'StatefulSet/web']);
  });
});

describe('what is used above the request', () => {
  it('is told minute by minute: the mean of the window hides a burst', () => {
    // Three cores for a minute and nothing after, with a request of one.
    const burst = scrapes().map((seconds) => [seconds, seconds < 90 ? 0 : 180] as const);
    const [snapshot] = run({ ...steady(), cpu: [[cgroup(A), burst]] });
    expect(only(snapshot).cpuUsageCores).toBeCloseTo(180 / 300, 9);
    // Between the samples at 30 s and 90 s: half of two minutes, at three cores each.
    expect(only(snapshot).cpuAboveRequestCores).toBeCloseTo(((90 - 60) * 2) / 300, 9);
  });
});

describe('traffic', () => {
  it('belongs to the pod of its name where its series tell no cgroup, and makes none', () => {
    const network = [[{ namespace: 'shop', pod: 'web-1' }, flow(10)]] as const;
    const { cpu = [], ram = [], nodeInfo = [] } = steady();
    const usageAlone: Series = { cpu, ram, nodeInfo };
    for (const series of [steady(), usageAlone]) {
      const [snapshot] = run({ ...series, networkReceive: network });
      expect(onlyPod(snapshot).networkReceiveBytesPerSecond).toBe(10);
    }
    expect(run({ networkReceive: network })[0]?.pods).toEqual([]);
  });

  it('is counted once for sandbox and pod cgroup, and unknown on the host’s network', () => {
    const network = [
      [{ namespace: 'shop', pod: 'web-1', id: `/kubepods/pod${A}` }, flow(10)],
      [{ namespace: 'shop', pod: 'web-1', id: `/kubepods/pod${A}/sandbox` }, flow(10)],
    ] as const;
    expect(onlyPod(run({ ...steady(), networkReceive: network })[0])).toMatchObject({
      networkReceiveBytesPerSecond: 10,
      networkTransmitBytesPerSecond: null,
    });
    const [host] = run({
      ...steady(),
      networkReceive: network,
      podInfo: [[pod(A, { node: 'n1', host_network: 'true' }), level(1)]],
    });
    expect(onlyPod(host).networkReceiveBytesPerSecond).toBeNull();
  });
});

describe('init containers', () => {
  it('are told from native side-cars', () => {
    const init = (container: string, more = {}): Record<string, string> =>
      pod(A, { container, ...more });
    const [snapshot] = run({
      ...steady(),
      initInfo: [
        [init('migrate'), [1, 1]],
        [init('proxy', { restart_policy: 'Always' }), [1, 1]],
      ],
      initRequests: [
        [init('migrate', { resource: 'cpu' }), [2, 2]],
        [init('proxy', { resource: 'cpu' }), [0.1, 0.1]],
      ],
    });
    expect(
      onlyPod(snapshot).containers.map(({ name, init, cpuRequestCores }) => [
        name,
        init,
        cpuRequestCores,
      ]),
    ).toEqual([
      ['app', false, 1],
      ['migrate', true, 2],
      ['proxy', false, 0.1],
    ]);
  });
});

describe('volumes and load balancers', () => {
  it('are attributed to the pods that mount them', () => {
    const claim = { namespace: 'shop', persistentvolumeclaim: 'data' };
    const [snapshot] = run({
      ...steady(),
      claimInfo: [[{ ...claim, storageclass: 'gp3', volumename: 'pv-1' }, [5, 5]]],
      claimBytes: [[claim, [1024, 1024]]],
      claimMounts: [
        [{ ...pod(A), persistentvolumeclaim: 'data' }, [1, 1]],
        [{ ...pod(B), pod: 'gone', persistentvolumeclaim: 'data' }, [1, 1]],
      ],
      volumePrices: [[{ volumename: 'pv-1' }, [0.1, 0.1]]],
      loadBalancers: [[{ namespace: 'shop', service: 'web' }, [5, 5]]],
    });
    expect(snapshot?.volumes).toEqual([
      {
        namespace: 'shop',
        claim: 'data',
        storageClass: 'gp3',
        volume: 'pv-1',
        bytes: 1024,
        mountedBy: [A],
        boundShare: 1,
        exportedPriceGiBHour: 0.1,
      },
    ]);
    expect(snapshot?.loadBalancers).toEqual([{ namespace: 'shop', name: 'web', upShare: 1 }]);
  });
});

describe('volumes by their own size', () => {
  it('exist until they are deleted, under the claim that held them last', () => {
    const claim = { namespace: 'shop', persistentvolumeclaim: 'data' };
    const volume = (persistentvolume: string) => ({ persistentvolume });
    const [snapshot] = run({
      ...steady(),
      claimInfo: [[{ ...claim, storageclass: '', volumename: 'pv-big' }, [5, 2]]],
      claimBytes: [[claim, [1024, 1024]]],
      claimPhase: [[claim, [5, 2]]],
      volumeBytes: [
        [volume('pv-big'), [8192, 8192]],
        [volume('pv-old'), [4096, 4096]],
        [volume('pv-new'), [2048, 2048]],
      ],
      volumePhase: ['pv-big', 'pv-old', 'pv-new'].map((name) => [volume(name), [5, 5]]),
      volumeInfo: [[{ ...volume('pv-big'), storageclass: 'slow', csi_driver: 'd' }, [1, 1]]],
      volumeClaim: [
        [{ ...volume('pv-big'), claim_namespace: 'shop', name: 'data' }, [1, 1]],
        [{ ...volume('pv-old'), claim_namespace: 'db', name: 'gone' }, [1, 1]],
      ],
    });
    const rows = snapshot?.volumes.map((one) => [
      one.namespace,
      one.claim,
      one.bytes,
      one.boundShare,
    ]);
    expect(rows).toEqual([
      ['__unmounted__', 'pv-new', 2048, 1],
      ['db', 'gone', 4096, 1],
      // Its claim was deleted after two of five samples: the rest of the window is the volume's.
      ['shop', 'data', 8192, 0.4],
      ['shop', 'data', 8192, 0.6],
    ]);
    expect(snapshot?.volumes[2]).toMatchObject({ storageClass: 'slow', driver: 'd' });
  });
});

describe('nodes and volumes that come or go within a window', () => {
  /** Scrapes come at 30, 90, 150, 210 and 270 s. */
  const start = (madeUpWindows(1)[0]?.start ?? 0) / 1000;
  const node = (name: string) => ({ node: name });
  const created = (name: string, seconds: number) =>
    [{ __name__: 'kube_node_created', node: name }, [start + seconds, start + seconds]] as const;

  it('count from their creation to half a scrape after the last that shows them', () => {
    const [snapshot] = run({
      ...steady(),
      created: [
        created('n2', 75),
        created('n3', 75),
        created('n4', -900),
        [
          { __name__: 'kube_persistentvolume_created', persistentvolume: 'pv-1' },
          [start + 200, start + 200],
        ],
      ],
      nodeInfo: [
        [node('n1'), [5, 5]],
        [node('n2'), [Number.NaN, 4]],
        [node('n3'), [Number.NaN, 2]],
        [node('n4'), [5, 2]],
        [node('n5'), [Number.NaN, 4]],
      ],
      volumePhase: [[{ persistentvolume: 'pv-1' }, [Number.NaN, 2]]],
      volumeBytes: [[{ persistentvolume: 'pv-1' }, [1024, 1024]]],
    });
    expect(snapshot?.nodes.map(({ name, upShare }) => [name, upShare])).toEqual([
      ['n1', 1],
      ['n2', 0.75],
      ['n3', 0.35],
      ['n4', 0.4],
      // Nobody says when it was created.
      ['n5', 0.8],
    ]);
    expect(snapshot?.volumes[0]?.boundShare).toBeCloseTo(100 / 300, 9);
  });
});

describe('objects that kube-state-metrics shows', () => {
  const hpa = { namespace: 'shop', horizontalpodautoscaler: 'web' };
  const series: Series = {
    ...steady(),
    autoscalerInfo: [
      [{ ...hpa, scaletargetref_kind: 'Deployment', scaletargetref_name: 'web' }, [1, 1]],
    ],
    autoscalerReplicas: [
      [{ ...hpa, __name__: 'kube_horizontalpodautoscaler_spec_min_replicas' }, [2, 2]],
      [{ ...hpa, __name__: 'kube_horizontalpodautoscaler_spec_max_replicas' }, [9, 9]],
    ],
    autoscalerTargets: [
      [{ ...hpa, metric_name: 'cpu', metric_target_type: 'utilization' }, [70, 70]],
    ],
  };

  it('are of that very window, and of other kinds nothing is known', () => {
    const [snapshot] = run(series);
    expect(snapshot?.objects?.autoscalers).toEqual([
      {
        namespace: 'shop',
        name: 'web',
        target: { kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 9,
        currentReplicas: null,
        targets: [{ resource: 'cpu', container: null, percent: 70 }],
        otherMetrics: [],
        scaledObject: null,
      },
    ]);
    expect(snapshot?.objects?.missing).toContain('resourcequotas');
    expect(snapshot?.objects?.missing).not.toContain('horizontalpodautoscalers.autoscaling');
  });

  it('are unknown where it shows none', () => {
    expect(run(steady())[0]?.objects).toBeNull();
    const untargeted = { ...series, autoscalerInfo: [] };
    expect(run(untargeted)[0]?.objects).toBeNull();
  });
});

describe('a node whose containers nobody measures', () => {
  const dark = { namespace: 'shop', pod: 'iis-0', uid: B };
  const withDark = (labels: Record<string, string>): Series => {
    const one = steady();
    const five = [5, 5, 5, 5];
    return {
      ...one,
      podInfo: [...(one.podInfo ?? []), [{ ...dark, node: 'w1' }, level(1)]],
      nodeInfo: [...(one.nodeInfo ?? []), [{ node: 'w1' }, five]],
      nodeLabels: [[{ node: 'w1', ...labels }, [1, 1, 1, 1]]],
      running: [...(one.running ?? []), [{ ...dark, container: 'iis' }, five]],
      podPhase: [...(one.podPhase ?? []), [{ ...dark, phase: 'Running' }, five]],
    };
  };
  const windows = withDark({ label_kubernetes_io_os: 'windows' });
  const codes = (snapshot: Snapshot | undefined) => snapshot?.problems.map(({ code }) => code);
  const whole = (series: Series): Series => ({
    ...series,
    requests: [[pod(A, { container: 'app', resource: 'cpu' }), [1, 1, 1, 1]]],
  });

  it('leaves the others alone where it cannot be otherwise, and is named', () => {
    const [snapshot] = run(whole(windows));
    expect(codes(snapshot)).toContain('not-observable');
    expect(codes(snapshot)).not.toContain('low-coverage');
    expect(snapshot).toMatchObject({ complete: true, coverage: 1 });
    expect(snapshot?.pods[0]?.containers[0]).toMatchObject({ cpuUsageCores: null, coverage: 0 });
  });

  it('keeps the window incomplete for an hour where it may be the kubelet’s fault', () => {
    const silent = whole(withDark({}));
    const [first] = run(silent);
    expect(codes(first)).toContain('low-coverage');
    expect(first?.expectedSamples.silentNodes).toEqual({ w1: 1 });
    const [later] = run(silent, madeUpWindows(1), { silentNodes: { w1: 11 } });
    expect(later).toMatchObject({ complete: true });
    // It is observable again with its first sample.
    const back = {
      ...silent,
      cpu: [...(silent.cpu ?? []), [{ ...cgroup(B), pod: 'iis-0' }, grew(1)]] as const,
    };
    expect(
      run(back, madeUpWindows(1), { silentNodes: { w1: 12 } })[0]?.expectedSamples,
    ).not.toHaveProperty('silentNodes');
  });
});

describe('the network of a pod on its host’s network', () => {
  const traffic = (labels: Record<string, string>): boolean | null =>
    run({ ...steady(), podInfo: [[{ ...webInfo(), ...labels }, level(1)]] })[0]?.pods[0]
      ?.hostNetwork ?? null;

  it('is told by its address where host_network is not exported', () => {
    expect(traffic({})).toBeNull();
    expect(traffic({ host_ip: '10.0.0.1', pod_ip: '10.0.0.1' })).toBe(true);
    expect(traffic({ host_ip: '10.0.0.1', pod_ip: '10.4.0.9' })).toBe(false);
    expect(traffic({ host_network: 'true', host_ip: '10.0.0.1', pod_ip: '10.4.0.9' })).toBe(true);
  });
});

describe('problems', () => {
  it('name what is missing and what depends on it', () => {
    const windows = madeUpWindows(1);
    const series: Series = { ...steady(), requests: [] };
    const batch = madeUpBatch(windows, series, series);
    const answers: Batch['answers'] = {
      ...batch.answers,
      limits: { ...batch.answers.limits, warnings: [{ from: 0, to: 1, text: 'store 2 is away' }] },
    };
    const bad = batch.raw.ram.series.map((one) => ({ ...one, bad: [windows[0]?.end ?? 0] }));
    const raw = {
      ...batch.raw,
      ram: { ...batch.raw.ram, series: bad },
      diskRead: { ...batch.raw.diskRead, failures: [{ from: 1, to: 1, text: 'no' }] },
    };
    const [snapshot] = assemble({ ...batch, answers, raw }, windows, WHOLE, settings);
    const found = snapshot?.problems.map(({ code, subject }) => `${code} ${subject}`);
    expect(found).toContain('metric-absent kube_pod_container_resource_requests');
    expect(found).toContain('query-failed container_fs_reads_bytes_total');
    expect(found).toContain('partial-answer kube_pod_container_resource_limits');
    expect(found).toContain('bad-values container_memory_working_set_bytes');
    expect(only(snapshot).cpuRequestCores).toBeNull();
    expect(snapshot?.complete).toBe(false);
  });

  const said = (series: Series, expected = WHOLE): readonly string[] =>
    run(series, madeUpWindows(1), expected)[0]?.problems.map(
      ({ code, subject }) => `${code} ${subject}`,
    ) ?? [];

  it('say one cause once: nothing at all, or nothing of one exporter', () => {
    expect(said({})).toEqual(['exporter-absent Prometheus']);
    expect(run({})[0]).toMatchObject({ coverage: 0, complete: false });
    const { cpu = [], ram = [], ...kube } = steady();
    expect(said(kube).filter((problem) => problem.includes('absent'))).toEqual([
      'exporter-absent cAdvisor',
      // These are absent on their own.
      'metric-absent kube_pod_owner',
      'metric-absent kube_replicaset_owner',
      'metric-absent kube_pod_container_resource_limits',
      'metric-absent kube_node_status_capacity',
    ]);
    const usage = said({ cpu, ram });
    expect(usage).toContain('exporter-absent kube-state-metrics');
    expect(usage.join()).not.toContain('kube_');
  });

  it('name the cure where kube-state-metrics is scraped without honor_labels', () => {
    const exported = { ...webInfo(), exported_namespace: 'shop', exported_pod: 'web-0' };
    const [snapshot] = run({ ...steady(), podInfo: [[exported, level(1)]] });
    expect(snapshot?.problems.map(({ text }) => text).join()).toContain('honor_labels: true');
  });

  it('are fatal when the store holds several clusters', () => {
    expect(() =>
      run({
        clusters: [
          [{ cluster: 'a' }, [1, 1]],
          [{ cluster: 'b' }, [1, 1]],
        ],
      }),
    ).toThrow('cluster="a"');
    const birth = (env: string, born: number): MadeUpSeries => [
      { namespace: 'kube-system', env },
      [BORN + born, BORN + born],
    ];
    expect(() => run({ birthdays: [birth('prod', 1), birth('test', 2)] })).toThrow('env="prod"');
    expect(() => run({ birthdays: [birth('replica-0', 1), birth('replica-1', 1)] })).not.toThrow();
  });

  it('are none when a cluster was renamed: every name has the same kube-system', () => {
    const named = (name: string, born: number): MadeUpSeries => [
      { namespace: 'kube-system', cluster: name },
      [BORN + born, BORN + born],
    ];
    const clusters: readonly MadeUpSeries[] = [
      [{ cluster: 'old' }, [1, null]],
      [{ cluster: 'new' }, [null, 1]],
    ];
    const same = [named('old', 7), named('new', 7)];
    expect(() => run({ clusters, birthdays: same })).not.toThrow();
    expect(() => run({ clusters, birthdays: [named('old', 7), named('new', 8)] })).toThrow(
      'cluster="new"',
    );
    expect(() => run({ clusters, birthdays: [named('old', 7)] })).toThrow('cluster="new"');
  });
});

describe('GPU metrics', () => {
  const gpu = { namespace: 'shop', pod: 'web-1', container: 'app' };

  it('find their pod by name, since the exporter knows no UID', () => {
    const series = { ...steady(), gpuUtilisation: [[gpu, [null, 60]]] as const };
    expect(only(run(series)[0])).toMatchObject({ gpuUtilisation: 0.6, cpuUsageCores: 0.5 });
  });

  it('make no pod by themselves', () => {
    const [snapshot] = run({ gpuUtilisation: [[gpu, [null, 60]]] });
    expect(snapshot?.pods).toEqual([]);
  });
});
