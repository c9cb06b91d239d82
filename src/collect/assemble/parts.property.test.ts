import { expect, it } from 'vitest';
import { deserialize, serialize } from 'node:v8';
import {
  madeUpBatch,
  madeUpWindows,
  type MadeUpSamples,
  type MadeUpSeries,
} from '../../../test/support/madeUpBatch.ts';
import { fc } from '../../../test/support/properties.ts';
import type { ExpectedSamples, Snapshot } from '../../model/snapshot.ts';
import { nameRestorer } from '../labels.ts';
import type { Batch } from '../prometheus/batch.ts';
import { isOfPods, QUERY_IDS, RAW_IDS, SPLIT_BY, type QueryId } from '../prometheus/queries.ts';
import { assemble, Assembly } from './assemble.ts';

const WINDOWS = madeUpWindows(3);
const START = WINDOWS[0]!.start / 1000;
const NAMESPACES = ['a', 'a-b', 'b', 'c'];
const NODES = ['n1', 'n2', 'n3'];
const GI = 2 ** 30;

const often = fc.integer({ min: 0, max: 5 }).map((number) => number > 0);
const pod = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  node: fc.constantFrom(...NODES),
  kind: fc.constantFrom('StatefulSet', 'ReplicaSet', '<none>'),
  from: fc.constantFrom(-86_400, -86_400, -86_400, 130, 890),
  to: fc.constantFrom(Infinity, Infinity, 400),
  cores: fc.double({ min: -0.1, max: 70, noNaN: true }),
  gib: fc.double({ min: 0.1, max: 4, noNaN: true }),
  stands: fc.boolean(),
  hasCpu: often,
  hasRam: often,
  hasNetwork: often,
  hasRequests: often,
  hasOwner: often,
  hasEgress: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
  copies: fc.integer({ min: 0, max: 2 }),
  jitter: fc.integer({ min: 0, max: 9 }),
});
const cluster = fc.record({
  scrape: fc.constantFrom(15, 30, 60),
  pods: fc.array(pod, { minLength: 1, maxLength: 14 }),
  silent: fc.constantFrom<readonly string[]>([], ['n2']),
  outage: fc.option(fc.constantFrom(250, 500), { freq: 3 }),
  partial: fc.boolean(),
  shares: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
});
type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

/** All that the exporters of a cluster tell. */
function batchOf({ scrape, pods, silent, outage, partial }: Cluster): Batch {
  const scrapes: number[] = [];
  for (let at = -150; at <= 990; at += scrape)
    if (outage === null || at < outage || at > outage + 200) scrapes.push(at);
  const raw = Object.fromEntries(RAW_IDS.map((id) => [id, [] as MadeUpSamples[]])) as Record<
    (typeof RAW_IDS)[number],
    MadeUpSamples[]
  >;
  const answers: Partial<Record<QueryId, MadeUpSeries[]>> = {};
  const tell = (id: QueryId, ...series: readonly MadeUpSeries[]) =>
    (answers[id] = [...(answers[id] ?? []), ...series]);
  const each = (value: number) => [null, ...WINDOWS.map(() => value)];
  for (const node of NODES) {
    tell('nodeInfo', [{ node, provider_id: node }, each(300 / scrape)]);
    tell('nodeCapacity', [{ node, resource: 'cpu' }, each(64)]);
    tell('nodeCapacity', [{ node, resource: 'memory' }, each(node === 'n3' ? -1 : 256 * GI)]);
  }
  pods.forEach((one, index) => {
    const uid = `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const self = { namespace: one.namespace, pod: `p${index % 9}`, uid };
    const times = scrapes.filter((at) => at >= one.from && at < one.to);
    const counts = [
      null,
      ...WINDOWS.map(({ start, end }) => {
        const [first, last] = [start / 1000 - START, end / 1000 - START];
        return times.filter((at) => at > first && at <= last).length || null;
      }),
    ];
    const is = (value: number) => counts.map((count) => (count === null ? null : value));
    const creator = { created_by_kind: one.kind, created_by_name: 'web' };
    raw.podInfo.push([{ ...self, node: one.node, ...creator }, times.map((at) => [at, 1])]);
    tell('podCreated', [self, is(START + one.from)]);
    tell('podPhase', [{ ...self, phase: 'Running' }, counts]);
    if (one.hasOwner)
      tell('podOwner', [{ ...self, owner_kind: one.kind, owner_name: 'web' }, counts]);
    const app = { ...self, container: 'app' };
    tell('containerInfo', [{ ...app, image: 'web:v1' }, counts]);
    tell('running', [app, counts]);
    if (one.hasRequests) tell('requests', [{ ...app, resource: 'cpu' }, is(0.5)]);
    if (one.hasEgress)
      raw.egress.push([
        { namespace: self.namespace, pod_name: self.pod, internet: 'true' },
        times.map((at) => [at, (at - one.from) * 100]),
      ]);
    if (silent.includes(one.node)) return;
    const seen = times.map((at) => at + one.jitter);
    for (let copy = 0; copy <= one.copies; copy++) {
      const place = {
        namespace: self.namespace,
        pod: self.pod,
        instance: `${one.node}:${copy}`,
        id: `/kubepods/pod${uid}/1`,
      };
      const used = (at: number) => (one.stands ? 7 : (at - one.from) * one.cores * (1 + copy / 9));
      const labels = { ...place, container: 'app' };
      if (one.hasCpu) raw.cpu.push([labels, seen.map((at) => [at, used(at)])]);
      if (one.hasRam) raw.ram.push([labels, seen.map((at) => [at, one.gib * GI])]);
      if (one.hasNetwork)
        for (const id of ['networkReceive', 'networkTransmit'] as const)
          raw[id].push([{ ...place, interface: 'eth0' }, seen.map((at) => [at, at + 1e6])]);
    }
  });
  const batch = madeUpBatch(WINDOWS, answers, raw);
  if (!partial) return batch;
  const warnings = [{ from: 2, to: 2, text: 'one part is away' }];
  return {
    ...batch,
    answers: { ...batch.answers, requests: { ...batch.answers.requests, warnings } },
  };
}

/** What of a batch the collector at a place asks for. */
function shareOf(batch: Batch, place: number, has: (namespace: string) => boolean): Batch {
  const own = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
    has(labels['namespace'] ?? '');
  const answers = Object.fromEntries(
    QUERY_IDS.map((id) => {
      const { series, ...rest } = batch.answers[id];
      const isAsked = place === 0 || isOfPods(id);
      const shown = SPLIT_BY[id] === undefined ? series : series.filter(own);
      return [id, isAsked ? { ...rest, series: shown } : { ...rest, series: [], warnings: [] }];
    }),
  ) as Batch['answers'];
  const raw = { ...batch.raw };
  for (const id of RAW_IDS) raw[id] = { ...raw[id], series: raw[id].series.filter(own) };
  return { ...batch, answers, raw };
}

const settings = { cluster: 'test', restoreName: nameRestorer([]) };
const remembered: ExpectedSamples = { pods: 12, silentNodes: { n2: 11 } };

/** Everything goes through the form in which processes send it to each other. */
function sent<T>(value: T): T {
  return deserialize(serialize(value)) as T;
}

function together(batch: Batch, shares: readonly number[]): readonly Snapshot[] {
  const parts = [0, 1, 2].map((place) => {
    const has = (namespace: string) => (shares[NAMESPACES.indexOf(namespace)] ?? 0) === place;
    const isPodsOnly = place > 0;
    return new Assembly(shareOf(batch, place, has), WINDOWS, { ...settings, isPodsOnly });
  });
  const signs = parts.map((part) => sent(part.batchSigns()));
  const windows = parts.map((part) => sent(part.windowSigns(signs)));
  const pods = parts.map((part) => sent(part.pods(windows, remembered)));
  return parts[0]!.snapshots(pods);
}

it('several collectors see what one sees, each with the pods of its namespaces', () => {
  fc.assert(
    fc.property(cluster, (made) => {
      const batch = batchOf(made);
      expect(together(batch, made.shares)).toEqual(assemble(batch, WINDOWS, remembered, settings));
    }),
  );
});
