import { describe, expect, it } from 'vitest';
import {
  madeUpBatch,
  madeUpWindows,
  type MadeUpLives,
  type MadeUpSamples,
  type MadeUpSeries,
} from '../../../test/support/madeUpBatch.ts';
import { fc } from '../../../test/support/properties.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { nameRestorer } from '../labels.ts';
import { cgroupKey } from '../prometheus/fetchLifeTimes.ts';
import type { QueryId } from '../prometheus/queries.ts';
import { assemble } from './assemble.ts';

const WINDOWS = madeUpWindows(3);
const START = WINDOWS[0]!.start / 1000;
const END = 900;
const GI = 2 ** 30;

type Series = Partial<Record<QueryId, readonly MadeUpSeries[]>> & MadeUpLives;
type Raw = 'cpu' | 'ram' | 'diskRead' | 'diskWrite' | 'networkReceive' | 'networkTransmit';
const RAW: readonly Raw[] = [
  'cpu',
  'ram',
  'diskRead',
  'diskWrite',
  'networkReceive',
  'networkTransmit',
];

/** A container that may begin and end inside the windows, and may be restarted. */
const container = fc.record({
  cores: fc.double({ min: 0.01, max: 3, noNaN: true }),
  gib: fc.double({ min: 0.1, max: 4, noNaN: true }),
  bytes: fc.integer({ min: 0, max: 1_000_000 }),
  restartAt: fc.option(fc.integer({ min: 120, max: 780 }), { freq: 2 }),
});
const pod = fc.record({
  node: fc.constantFrom('n1', 'n2'),
  from: fc.constantFrom(-86_400, -86_400, 100, 430),
  containers: fc.array(container, { minLength: 1, maxLength: 2 }),
});
const cluster = fc.record({
  scrape: fc.constantFrom(15, 30, 60),
  offset: fc.integer({ min: 0, max: 14 }),
  pods: fc.array(pod, { minLength: 2, maxLength: 5 }),
});
type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

const uidOf = (index: number): string => `0000000${index}-0000-4000-8000-000000000000`;

/** Everything that the exporters of a cluster tell, once. */
function seriesOf({ scrape, offset, pods }: Cluster) {
  const scrapes: number[] = [];
  for (let at = -150 + offset; at <= END + 90; at += scrape) scrapes.push(at);
  const raw = Object.fromEntries(RAW.map((id) => [id, [] as MadeUpSamples[]])) as Record<
    Raw,
    MadeUpSamples[]
  >;
  const podInfo: MadeUpSamples[] = [];
  const started = new Map<string, number>();
  const answers = { podCreated: [], containerInfo: [], running: [], requests: [] } as Record<
    'podCreated' | 'containerInfo' | 'running' | 'requests',
    MadeUpSeries[]
  >;
  pods.forEach(({ node, from, containers }, index) => {
    const self = { namespace: 'shop', pod: `web-${index}`, uid: uidOf(index) };
    const target = { job: 'kubelet', instance: `${node}:10250`, metrics_path: '/metrics/cadvisor' };
    const times = scrapes.filter((at) => at >= from);
    const inEach = WINDOWS.map(({ start, end }) => {
      const [first, last] = [start / 1000 - START, end / 1000 - START];
      return times.filter((at) => at > first && at <= last).length || null;
    });
    const counts = [null, ...inEach];
    const is = (value: number) => counts.map((count) => (count === null ? null : value));
    const info = {
      ...self,
      node,
      host_network: 'false',
      created_by_kind: 'StatefulSet',
      created_by_name: `web-${index}`,
    };
    podInfo.push([{ ...info, job: 'ksm', instance: 'ksm-0:8080' }, times.map((at) => [at, 1])]);
    answers.podCreated.push([self, is(START + from)]);
    const path = `/kubepods/burstable/pod${uidOf(index)}`;
    const ofPod = { namespace: 'shop', pod: self.pod, ...target };
    for (const id of ['networkReceive', 'networkTransmit'] as const)
      raw[id].push([
        { ...ofPod, interface: 'eth0', id: path },
        times.map((at) => [at, (at - from) * 1000 * (index + 1)]),
      ]);
    containers.forEach(({ cores, gib, bytes, restartAt }, number) => {
      const name = `c${number}`;
      const app = { ...self, container: name };
      answers.containerInfo.push([{ ...app, image: 'web:v1' }, counts]);
      answers.running.push([app, counts]);
      answers.requests.push([{ ...app, resource: 'cpu' }, is(0.5)]);
      const restart = restartAt !== null && restartAt > from + 60 ? restartAt : null;
      const lives =
        restart === null
          ? [{ from, to: Infinity }]
          : [
              { from, to: restart - 2 },
              { from: restart, to: Infinity },
            ];
      lives.forEach((life, which) => {
        const labels = { ...ofPod, container: name, id: `${path}/life${number}${which}` };
        started.set(cgroupKey(labels), (START + life.from) * 1000);
        const seen = times.filter((at) => at >= life.from && at < life.to);
        if (seen.length === 0) return;
        raw.cpu.push([labels, seen.map((at) => [at, (at - life.from) * cores])]);
        raw.ram.push([labels, seen.map((at) => [at, gib * GI])]);
        raw.diskRead.push([
          { ...labels, device: 'sda' },
          seen.map((at) => [at, (at - life.from) * bytes]),
        ]);
        raw.diskWrite.push([
          { ...labels, device: 'sda' },
          seen.map((at) => [at, (at - life.from) * bytes * 2]),
        ]);
      });
    });
  });
  return { raw, podInfo, answers, started };
}
type Told = ReturnType<typeof seriesOf>;

function look(
  { raw, podInfo, answers, started }: Told,
  more: Partial<Record<Raw | 'podInfo', readonly MadeUpSamples[]>> = {},
): readonly Snapshot[] {
  const size = (node: string, resource: string, value: number): MadeUpSeries => [
    { node, resource },
    [null, ...WINDOWS.map(() => value)],
  ];
  const lives: Record<string, unknown> = { podInfo: [...podInfo, ...(more.podInfo ?? [])] };
  for (const id of RAW) lives[id] = [...raw[id], ...(more[id] ?? [])];
  const both = ['n1', 'n2'];
  const series = {
    ...answers,
    nodeInfo: both.map((node): MadeUpSeries => [{ node }, [null, ...WINDOWS.map(() => 5)]]),
    nodeCapacity: both.flatMap((node) => [size(node, 'cpu', 64), size(node, 'memory', 256 * GI)]),
    ...lives,
    lifeTimes: { started },
  } as Series;
  return assemble(
    madeUpBatch(WINDOWS, series, series),
    WINDOWS,
    {},
    { cluster: 'test', restoreName: nameRestorer([]) },
  );
}

/** All that a series of the kubelets tells once more, under other labels. */
const DISGUISES: Readonly<
  Record<string, (labels: Record<string, string>, id: Raw) => Record<string, string> | null>
> = {
  'a federated copy': (labels) => ({ ...labels, job: 'federate', prometheus: 'monitoring/k8s' }),
  'a second job': (labels) => ({
    ...labels,
    job: 'kubelet-2',
    instance: `ip-${labels['instance']}`,
  }),
  'an HA pair': (labels) => ({ ...labels, prometheus_replica: 'prometheus-1' }),
  'another prefix of the cgroup': (labels) => ({ ...labels, id: `/docker/0123abc${labels['id']}` }),
  'systemd’s spelling': (labels) => ({
    ...labels,
    id: (labels['id'] ?? '').replace(
      /^\/kubepods\/burstable\/pod([^/]+)(?:\/(.*))?$/,
      (_, uid: string, own?: string) => {
        const slice = `/kubepods.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`;
        return own === undefined ? slice : `${slice}/cri-containerd-${own}.scope`;
      },
    ),
  }),
  'a nested cgroup': (labels, id) =>
    id === 'networkReceive' || id === 'networkTransmit'
      ? null
      : { ...labels, id: `${labels['id']}/init` },
  'a second path of the kubelet': (labels, id) => {
    if (id !== 'cpu' && id !== 'ram') return null;
    const { id: _, ...rest } = labels;
    return { ...rest, metrics_path: '/metrics/resource' };
  },
};

/** A series without an id is one over all lives of its container. */
function joined(all: readonly MadeUpSamples[]): readonly MadeUpSamples[] {
  const groups = Map.groupBy(all, ([labels]) => JSON.stringify(labels));
  return [...groups.values()].map((group) => [
    group[0]![0],
    group.flatMap(([, samples]) => samples),
  ]);
}

function duplicated(told: Told, disguise: string, which: (index: number) => boolean) {
  const more: Partial<Record<Raw | 'podInfo', readonly MadeUpSamples[]>> = {};
  for (const id of RAW)
    more[id] = joined(
      told.raw[id].flatMap(([labels, samples], index) => {
        const other = which(index) ? DISGUISES[disguise]!({ ...labels }, id) : null;
        return other === null ? [] : [[other, samples] as MadeUpSamples];
      }),
    );
  more.podInfo = told.podInfo.map(([labels, samples]) => [
    { ...labels, instance: 'ksm-1:8080' },
    samples,
  ]);
  return more;
}

const rowsOf = (snapshots: readonly Snapshot[]) =>
  snapshots.map(({ pods, nodes, coverage, complete, problems }) => ({
    pods,
    nodes,
    coverage,
    complete,
    problems,
  }));

describe('a cluster whose series are duplicated', () => {
  it.each(Object.keys(DISGUISES))('by %s gives exactly the rows of the clean one', (disguise) => {
    fc.assert(
      fc.property(cluster, fc.constantFrom(1, 2, 3), (one, every) => {
        const told = seriesOf(one);
        const clean = rowsOf(look(told));
        expect(clean[1]!.pods.length).toBeGreaterThan(0);
        const more = duplicated(told, disguise, (index) => index % every === 0);
        expect(rowsOf(look(told, more))).toEqual(clean);
      }),
      { numRuns: 25 },
    );
  });

  it('and contradicted by a forged target is what the kubelet tells, and the pod is named', () => {
    fc.assert(
      fc.property(cluster, fc.constantFrom(0, 0.2, 5), fc.boolean(), (drawn, factor, isOneJob) => {
        // Of a pod that is alone on its node, the kubelet's and another's series look alike.
        const pods = drawn.pods.map((each) => ({
          ...each,
          node: 'n1' as const,
          from: -86_400 as const,
        }));
        const told = seriesOf({ ...drawn, scrape: 30, pods });
        const clean = look(told);
        const forged = (id: Raw): readonly MadeUpSamples[] =>
          told.raw[id].flatMap(([labels, samples]) => {
            if (labels['pod'] !== 'web-0') return [];
            // Scraped twice as often, so that it has more samples.
            const more = samples.flatMap(([at, value]): [number, number][] => [
              [at + 5, value * factor],
              [at + 20, value * factor],
            ]);
            const job = isOneJob ? 'kubelet' : 'other';
            return [[{ ...labels, job, instance: '10.0.0.66:8080' }, more] as MadeUpSamples];
          });
        const more = Object.fromEntries(RAW.map((id) => [id, forged(id)]));
        const seen = look(told, more);
        const used = (snapshots: readonly Snapshot[]) =>
          snapshots.map((snapshot) =>
            snapshot.pods.map(({ name, containers, networkReceiveBytesPerSecond }) => [
              name,
              networkReceiveBytesPerSecond,
              containers.map((each) => [
                each.cpuUsageCores,
                each.ramUsageBytes,
                each.ramPeakBytes,
                each.diskReadBytesPerSecond,
              ]),
            ]),
          );
        expect(used(seen)).toEqual(used(clean));
        const said = seen[1]!.problems.find(({ code }) => code === 'duplicates-disagree');
        expect(said?.text).toContain('shop/web-0');
      }),
      { numRuns: 40 },
    );
  });
});
