import { fc } from './properties.ts';
import { aContainer, aNode, aPod, aSnapshot } from './cost.ts';
import type {
  ContainerSample,
  NodeSample,
  PodSample,
  Snapshot,
  VolumeSample,
} from '../../src/model/snapshot.ts';

const GIB = 1024 ** 3;
const share = fc.double({ min: 0, max: 1, noNaN: true });

function maybe(max: number): fc.Arbitrary<number | null> {
  return fc.option(fc.double({ min: 0, max, noNaN: true }), { freq: 6 });
}

const node = (name: string): fc.Arbitrary<NodeSample> =>
  fc
    .record({
      cpuCores: fc.option(fc.integer({ min: 1, max: 16 }), { freq: 9 }),
      ramBytes: fc.option(
        fc.integer({ min: 1, max: 384 }).map((gib) => gib * GIB),
        { freq: 9 },
      ),
      gpus: fc.option(fc.integer({ min: 0, max: 8 }), { freq: 9 }),
      upShare: fc.oneof(fc.constant(1), share),
      labels: fc.constantFrom<Record<string, string>>({}, { pool: 'priced' }),
    })
    .map((fields) => aNode({ name, ...fields }));

const container: fc.Arbitrary<ContainerSample> = fc
  .record({
    name: fc.constantFrom('app', 'init', 'proxy'),
    init: fc.boolean(),
    cpuRequestCores: maybe(40),
    cpuUsageCores: maybe(60), // more than most nodes have: overcommitted nodes are common here
    ramRequestBytes: maybe(200 * GIB),
    ramUsageBytes: maybe(300 * GIB),
    gpuRequest: maybe(4),
    runShare: share,
    coverage: share,
  })
  .map((fields) => aContainer(fields));

const pod = (index: number): fc.Arbitrary<PodSample> =>
  fc
    .record({
      namespace: fc.constantFrom('shop', 'data', 'kube-system'),
      node: fc.constantFrom('n0', 'n1', 'n2', 'gone', null),
      heldShare: share,
      containers: fc.uniqueArray(container, { maxLength: 3, selector: ({ name }) => name }),
    })
    .map((fields) => aPod({ name: `p${index}`, uid: `u${index}`, ...fields }));

const volume: fc.Arbitrary<VolumeSample> = fc.record({
  namespace: fc.constantFrom('shop', 'data'),
  claim: fc.constantFrom('a', 'b'),
  storageClass: fc.constant(null),
  volume: fc.constant(null),
  bytes: maybe(1e12),
  mountedBy: fc.uniqueArray(fc.constantFrom('u0', 'u1', 'u2', 'elsewhere')),
  boundShare: share,
  exportedPriceGiBHour: maybe(0.001),
});

/**
 * One window of a random cluster: three nodes, up to a dozen pods (some on nodes that are not observed, or on none),
 * unknown readings, init containers, volumes. Nodes labelled `pool: priced` are for a whole-node price.
 */
export const randomCluster: fc.Arbitrary<Snapshot> = fc
  .record({
    nodes: fc.tuple(node('n0'), node('n1'), node('n2')),
    pods: fc
      .integer({ min: 0, max: 16 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => pod(index)))),
    volumes: fc.array(volume, { maxLength: 4 }),
    windowNumber: fc.nat(100_000),
  })
  .map(({ windowNumber, ...fields }) => {
    const start = Date.UTC(2026, 0, 1) + windowNumber * 300_000;
    return aSnapshot({ ...fields, window: { start, end: start + 300_000 } });
  });
