import { describe, expect, it } from 'vitest';
import type {
  ContainerSample,
  ExpectedSamples,
  PodSample,
  Snapshot,
} from '../../model/snapshot.ts';
import { nameRestorer } from '../labels.ts';
import type { Batch } from '../prometheus/fetchBatch.ts';
import type { QueryId } from '../prometheus/queries.ts';
import { assemble } from './assemble.ts';
import { madeUpBatch, madeUpWindows } from '../../../test/support/madeUpBatch.ts';
import type { MadeUpSeries } from '../../../test/support/madeUpBatch.ts';

const settings = { cluster: 'test', restoreName: nameRestorer([]) };
const WHOLE: ExpectedSamples = { cadvisor: 5, kubeState: 5 };
const A = '0000000a-0000-4000-8000-000000000000';
const B = '0000000b-0000-4000-8000-000000000000';
const born = (windows: readonly { start: number }[], index: number): number =>
  (windows[index]?.start ?? 0) / 1000 + 30;

type Series = Partial<Record<QueryId, readonly MadeUpSeries[]>>;

function cgroup(uid: string, id = '1', container = 'app'): Record<string, string> {
  return { namespace: 'shop', pod: 'web-1', container, id: `/kubepods/pod${uid}/${id}` };
}
function pod(uid: string, more: Record<string, string> = {}): Record<string, string> {
  return { namespace: 'shop', pod: 'web-1', uid, ...more };
}
/** A pod with one container that runs through the window before the batch and all windows of it. */
function steady(uid = A): Series {
  const five = [5, 5, 5, 5];
  return {
    cpuSamples: [[cgroup(uid), five]],
    cpuRate: [[cgroup(uid), [0.5, 0.5, 0.5, 0.5]]],
    ramAverage: [[cgroup(uid), [100, 100, 100, 100]]],
    ramPeak: [[cgroup(uid), [150, 150, 150, 150]]],
    podInfo: [
      [pod(uid, { node: 'n1', created_by_kind: 'StatefulSet', created_by_name: 'web' }), five],
    ],
    nodeInfo: [[{ node: 'n1' }, five]],
    podPhase: [[pod(uid, { phase: 'Running' }), five]],
    podCreated: [[pod(uid), [1000, 1000, 1000, 1000]]],
    containerInfo: [[pod(uid, { container: 'app', image: 'web:v1' }), five]],
    running: [[pod(uid, { container: 'app' }), five]],
    requests: [[pod(uid, { container: 'app', resource: 'cpu' }), [1, 1, 1, 1]]],
    restarts: [[pod(uid, { container: 'app' }), [3, 3, 3, 3]]],
  };
}

function run(series: Series, windows = madeUpWindows(1), expected = WHOLE): readonly Snapshot[] {
  return assemble(madeUpBatch(windows, series), windows, expected, settings);
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
      createdAt: 1_000_000,
      phase: 'Running',
    });
    expect(only(snapshot)).toMatchObject({
      cpuUsageCores: 0.5,
      cpuRequestCores: 1,
      ramUsageBytes: 100,
      ramPeakBytes: 150,
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
    const series = {
      ...steady(),
      cpuSamples: [
        [cgroup(A), [5, 5, 4, 5]],
        [cgroup(A, '0'), [null, 1, 2, null]],
      ] as MadeUpSeries[],
      cpuRate: [
        [cgroup(A), [0.1, 0.7, 0.1, 0.5]],
        [cgroup(A, '0'), [null, 0.1, 0.2, null]],
      ] as MadeUpSeries[],
    };
    const windows = madeUpWindows(3);
    const together = run(series, windows);
    const reversed = Object.fromEntries(
      Object.entries(series).map(([id, list]) => [id, list.toReversed()]),
    );
    expect(run(reversed, windows)).toEqual(together);
    let expected = WHOLE;
    const alone = windows.map((window, index) => {
      const cut = Object.fromEntries(
        Object.entries(series).map(([id, list]) => [
          id,
          list.map(([labels, values]) => [labels, values.slice(index, index + 2)]),
        ]),
      ) as Series;
      const [snapshot] = run(cut, [window], expected);
      expected = snapshot?.expectedSamples ?? expected;
      return snapshot;
    });
    expect(alone).toEqual(together);
  });
});

describe('a restarted container', () => {
  it('sums the CPU of its lives, weighs its memory by samples, and counts the restart', () => {
    const [snapshot] = run({
      ...steady(),
      cpuSamples: [
        [cgroup(A, '1'), [5, 2]],
        [cgroup(A, '2'), [null, 3]],
      ],
      cpuRate: [
        [cgroup(A, '1'), [0.5, 0.7]],
        [cgroup(A, '2'), [null, 0.37]],
      ],
      ramAverage: [
        [cgroup(A, '1'), [1, 100]],
        [cgroup(A, '2'), [null, 50]],
      ],
      ramPeak: [
        [cgroup(A, '1'), [1, 120]],
        [cgroup(A, '2'), [null, 60]],
      ],
      restarts: [[pod(A, { container: 'app' }), [3, 4]]],
    });
    expect(only(snapshot).cpuUsageCores).toBeCloseTo(1.07);
    expect(only(snapshot)).toMatchObject({
      ramUsageBytes: 70,
      ramPeakBytes: 120,
      restarts: 1,
      runShare: 1,
    });
  });
});

describe('a container with one sample', () => {
  const once: Series = {
    ...steady(),
    cpuSamples: [[cgroup(A), [null, 1]]],
    cpuRate: [],
    cpuOnce: [[cgroup(A), [null, 60]]],
    running: [[pod(A, { container: 'app' }), [null, 1]]],
    podInfo: [
      [pod(A, { node: 'n1' }), [null, 1]],
      [{ namespace: 'a', pod: 'b', uid: B, node: 'n1' }, [5, 5]],
    ],
  };

  it('counts its counter when its pod was born inside the window', () => {
    const windows = madeUpWindows(1);
    const [snapshot] = run({ ...once, podCreated: [[pod(A), [null, born(windows, 0)]]] }, windows);
    const web = snapshot?.pods.find(({ uid }) => uid === A);
    expect(web?.containers[0]).toMatchObject({ cpuUsageCores: 0.2, runShare: 0.2 });
    expect(web?.heldShare).toBeCloseTo(0.2);
  });

  it('counts it when it restarted inside the window', () => {
    const [snapshot] = run({ ...once, restarts: [[pod(A, { container: 'app' }), [3, 4]]] });
    expect(snapshot?.pods.find(({ uid }) => uid === A)?.containers[0]?.cpuUsageCores).toBe(0.2);
  });

  it('is unknown when it is older: its counter holds all of its past', () => {
    const [snapshot] = run({ ...once, restarts: [[pod(A, { container: 'app' }), [3, 3]]] });
    expect(snapshot?.pods.find(({ uid }) => uid === A)?.containers[0]?.cpuUsageCores).toBeNull();
    const seenBefore = run({
      ...once,
      cpuSamples: [[cgroup(A), [5, 1]]],
      restarts: [[pod(A, { container: 'app' }), [3, 4]]],
    });
    expect(
      seenBefore[0]?.pods.find(({ uid }) => uid === A)?.containers[0]?.cpuUsageCores,
    ).toBeNull();
  });
});

describe('a reused pod name', () => {
  it('is two pods, each with its own usage', () => {
    const series = steady(A);
    const [snapshot] = run({
      ...series,
      cpuSamples: [
        [cgroup(A), [5, 2]],
        [cgroup(B), [null, 3]],
      ],
      cpuRate: [
        [cgroup(A), [1, 0.1]],
        [cgroup(B), [null, 0.2]],
      ],
      running: [
        [pod(A, { container: 'app' }), [5, 2]],
        [pod(B, { container: 'app' }), [null, 3]],
      ],
      podInfo: [
        ...(series.podInfo ?? []).map(([labels]): MadeUpSeries => [labels, [5, 2]]),
        [pod(B, { node: 'n1' }), [null, 3]],
      ],
    });
    expect(
      snapshot?.pods.map(({ uid, containers }) => [uid, containers[0]?.cpuUsageCores]),
    ).toEqual([
      [A, 0.1],
      [B, 0.2],
    ]);
  });

  it('falls back to the youngest pod where the cgroup does not tell', () => {
    const windows = madeUpWindows(1);
    const bare = { namespace: 'shop', pod: 'web-1', container: 'app' };
    const [snapshot] = run(
      {
        ...steady(A),
        cpuSamples: [[bare, [5, 5]]],
        cpuRate: [[bare, [0.5, 0.4]]],
        podInfo: [
          [pod(A, { node: 'n1' }), [5, 1]],
          [pod(B, { node: 'n1' }), [null, 5]],
        ],
        podCreated: [
          [pod(A), [1000, 1000]],
          [pod(B), [null, born(windows, 0)]],
        ],
      },
      windows,
    );
    expect(snapshot?.pods.find(({ uid }) => uid === B)?.containers[0]?.cpuUsageCores).toBe(0.4);
    expect(snapshot?.pods.find(({ uid }) => uid === A)?.containers[0]?.cpuUsageCores).toBeNull();
  });

  it('bills a pod that nobody knows by its name', () => {
    const bare = { namespace: 'shop', pod: 'web-1', container: 'app' };
    const [snapshot] = run({ cpuSamples: [[bare, [5, 5]]], cpuRate: [[bare, [0.5, 0.4]]] });
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
      cpuSamples: [],
      cpuRate: [],
      ramAverage: [],
      ramPeak: [],
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
      cpuSamples: [[cgroup(A), [5, 3]]],
      podInfo: [
        [pod(A), [5, 2]],
        [pod(A, { node: 'n1' }), [null, 3]],
      ],
    });
    expect(onlyPod(waiting).heldShare).toBeCloseTo(0.6);
    const [ended] = run({
      ...series,
      podPhase: [
        [pod(A, { phase: 'Running' }), [5, 2]],
        [pod(A, { phase: 'Succeeded' }), [null, 3]],
      ],
      running: [[pod(A, { container: 'app' }), [5, 2]]],
      cpuSamples: [[cgroup(A), [5, 2]]],
    });
    expect(onlyPod(ended)).toMatchObject({ heldShare: 0.4, phase: 'Succeeded' });
  });

  it('is no pod in the minute after it has gone', () => {
    const [snapshot] = run({
      ...steady(),
      cpuSamples: [[cgroup(A), [5, 4]]],
      running: [[pod(A, { container: 'app' }), [5, 4]]],
      podInfo: [
        [pod(A, { node: 'n1' }), [5, 4]],
        [{ namespace: 'a', pod: 'b', uid: B, node: 'n1' }, [5, 5]],
      ],
    });
    const gone = snapshot?.pods.find(({ uid }) => uid === A);
    expect(gone).toMatchObject({ heldShare: 0.8, containers: [{ runShare: 0.8, coverage: 1 }] });
  });

  it('is not a finished pod that is kept for its log', () => {
    const [snapshot] = run({
      ...steady(),
      cpuSamples: [],
      cpuRate: [],
      podPhase: [[pod(A, { phase: 'Succeeded' }), [5, 5]]],
    });
    expect(snapshot?.pods).toEqual([]);
  });
});

describe('coverage', () => {
  it('forgives one missing sample', () => {
    const [snapshot] = run({ ...steady(), cpuSamples: [[cgroup(A), [5, 4]]] });
    expect(snapshot).toMatchObject({ coverage: 1, complete: true });
  });

  it('sees a gap of one exporter, and takes what is hidden to be like what is seen', () => {
    const [snapshot] = run({
      ...steady(),
      cpuSamples: [[cgroup(A), [5, 2]]],
      cpuRate: [[cgroup(A), [0.5, 0.2]]],
    });
    expect(only(snapshot)).toMatchObject({
      coverage: 0.4,
      runShare: 1,
      cpuUsageCores: 0.5,
      ramUsageBytes: 100,
    });
    expect(snapshot).toMatchObject({ coverage: 0.7, complete: false });
    expect(snapshot?.problems.map(({ code }) => code)).toContain('low-coverage');
  });

  it('sees a gap of all sources against what is remembered', () => {
    const half = Object.fromEntries(
      Object.entries(steady()).map(([id, list]) => [
        id,
        list.map(([labels, values]) => [labels, values.map((value) => (value === 5 ? 2 : value))]),
      ]),
    ) as Series;
    const [snapshot] = run(half);
    expect(snapshot).toMatchObject({ coverage: 0.4, complete: false });
  });

  it('is zero when nothing is seen', () => {
    const [snapshot] = run({});
    expect(snapshot).toMatchObject({
      coverage: 0,
      complete: false,
      pods: [],
      expectedSamples: { cadvisor: 5, kubeState: 5 },
    });
  });

  it('learns a larger count at once and forgets it within a day', () => {
    const windows = madeUpWindows(288);
    const five = Array.from({ length: 289 }, () => 5);
    const few = Object.fromEntries(
      Object.entries(steady()).map(([id, list]) => [id, list.map(([labels]) => [labels, five])]),
    ) as Series;
    const snapshots = run(few, windows, { cadvisor: 20, kubeState: 4 });
    expect(snapshots[0]?.expectedSamples.cadvisor).toBeCloseTo(20 - 20 / 288);
    expect(snapshots[0]?.expectedSamples.kubeState).toBe(5);
    expect(snapshots[11]?.complete).toBe(false);
    expect(snapshots.at(-1)?.expectedSamples.cadvisor).toBeLessThan(8);
  });
});

describe('population', () => {
  function crowd(counts: readonly number[]): Series {
    const most = Math.max(...counts);
    const pods = Array.from({ length: most }, (_, index): MadeUpSeries => [
      {
        namespace: 'shop',
        pod: `web-${index}`,
        uid: `u${index}`,
        node: 'n1',
        created_by_kind: 'StatefulSet',
        created_by_name: 'web',
      },
      [5, ...counts.map((count) => (index < count ? 5 : null))],
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

describe('traffic', () => {
  it('belongs to the pod of its name where its series tell no cgroup, and makes none', () => {
    const network: readonly MadeUpSeries[] = [[{ namespace: 'shop', pod: 'web-1' }, [9, 10]]];
    const { cpuSamples = [], cpuRate = [], ramAverage = [], nodeInfo = [] } = steady();
    const usageAlone: Series = { cpuSamples, cpuRate, ramAverage, nodeInfo };
    for (const series of [steady(), usageAlone]) {
      const [snapshot] = run({ ...series, networkReceive: network });
      expect(onlyPod(snapshot).networkReceiveBytesPerSecond).toBe(10);
    }
    expect(run({ networkReceive: network })[0]?.pods).toEqual([]);
  });

  it('is the larger of sandbox and pod cgroup, and unknown on the host’s network', () => {
    const network: readonly MadeUpSeries[] = [
      [{ namespace: 'shop', pod: 'web-1', id: `/kubepods/pod${A}` }, [10, 10]],
      [{ namespace: 'shop', pod: 'web-1', id: `/kubepods/pod${A}/sandbox` }, [9, 9]],
    ];
    expect(onlyPod(run({ ...steady(), networkReceive: network })[0])).toMatchObject({
      networkReceiveBytesPerSecond: 10,
      networkTransmitBytesPerSecond: null,
    });
    const [host] = run({
      ...steady(),
      networkReceive: network,
      podInfo: [[pod(A, { node: 'n1', host_network: 'true' }), [5, 5]]],
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
    autoscalerTargets: [[{ ...hpa, metric_name: 'cpu' }, [70, 70]]],
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
        cpuTargetPercent: 70,
        memoryTargetPercent: null,
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

describe('problems', () => {
  it('name what is missing and what depends on it', () => {
    const windows = madeUpWindows(1);
    const batch = madeUpBatch(windows, { ...steady(), requests: [] });
    const answers: Batch['answers'] = {
      ...batch.answers,
      diskRead: { ...batch.answers.diskRead, failures: [{ from: 1, to: 1, text: 'no' }] },
      limits: { ...batch.answers.limits, warnings: [{ from: 0, to: 1, text: 'store 2 is away' }] },
      ramPeak: { ...batch.answers.ramPeak, badValues: Uint32Array.of(0, 2) },
    };
    const [snapshot] = assemble({ ...batch, answers }, windows, WHOLE, settings);
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
    const { cpuSamples = [], cpuRate = [], ramAverage = [], ramPeak = [], ...kube } = steady();
    expect(said(kube).filter((problem) => problem.includes('absent'))).toEqual([
      'exporter-absent cAdvisor',
      // These are absent on their own.
      'metric-absent kube_pod_owner',
      'metric-absent kube_replicaset_owner',
      'metric-absent kube_pod_container_resource_limits',
      'metric-absent kube_node_status_capacity',
    ]);
    const usage = said({ cpuSamples, cpuRate, ramAverage, ramPeak });
    expect(usage).toContain('exporter-absent kube-state-metrics');
    expect(usage.join()).not.toContain('kube_');
  });

  it('tell a scrape that is too seldom for the range of a rate, and only that', () => {
    const seldom = { ...steady(), cpuSamples: [[cgroup(A), [1, 1]]] as MadeUpSeries[] };
    const rateless = 'rate-range prometheus.rateRange';
    const once: ExpectedSamples = { cadvisor: 1, kubeState: 5 };
    expect(said({ ...seldom, cpuRate: [] }, once)).toContain(rateless);
    // Counters that are read by their rate are not said to be absent.
    expect(said({ ...seldom, cpuRate: [] }, once).join()).not.toContain(' container_');
    expect(said(seldom, once)).toContain('metric-absent container_fs_reads_bytes_total');
    expect(said(seldom, once)).not.toContain(rateless);
    // Samples that are missing, and a container that was just born, say nothing about the range.
    expect(said({ ...seldom, cpuRate: [] })).not.toContain(rateless);
    const newborn = { ...seldom, cpuSamples: [[cgroup(A), [null, 1]]] as MadeUpSeries[] };
    expect(said({ ...newborn, cpuRate: [] }, once)).not.toContain(rateless);
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
      [born, born],
    ];
    expect(() => run({ birthdays: [birth('prod', 1), birth('test', 2)] })).toThrow('env="prod"');
    expect(() => run({ birthdays: [birth('replica-0', 1), birth('replica-1', 1)] })).not.toThrow();
  });

  it('are none when a cluster was renamed: every name has the same kube-system', () => {
    const named = (name: string, born: number): MadeUpSeries => [
      { namespace: 'kube-system', cluster: name },
      [born, born],
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
