import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { emptyLists, type ClusterObjects, type ObjectLists } from '../model/clusterObjects.ts';
import type { ContainerSpecFacts } from '../model/podSpec.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { HistoryReader } from '../store/history.ts';
import type { DetectorState } from '../store/stateCodec.ts';
import { isOfExposure } from './posture/checks/network/exposure.ts';
import type { PostureContainer, PostureInput, PosturePod } from './posture/postureInput.ts';
import { isOfManager } from './rightsize/advice/ownership.ts';
import type { PresentObjects } from './rightsize/advice/readAdvice.ts';
import type { PresentPod } from './rightsize/advice/resize.ts';

/** The cluster as a window showed it. */
export interface KeptCluster extends PresentObjects {
  /** End of that window. */
  readonly asOf: TimeMs;
  /** What posture is judged by, without what the history has of use and of calls. */
  readonly posture: PostureInput;
}

/**
 * The cluster as the first whole window of an hour showed it, for all who read the history: a row a namespace, packed, and
 * no word of a command line or an environment. It is kept beside the detectors' state: the same windows keep the same.
 */
export const KEPT_CLUSTER = {
  name: 'cluster',
  version: 1,
  codec: { encode: (row: Uint8Array) => row, decode: (row: Uint8Array) => row },
} as const;

/** The key of what is said of the whole; no namespace can be called so. */
const WHOLE = '*';

interface Whole extends Pick<PostureInput, 'nodes'> {
  readonly asOf: TimeMs;
  /** Null where no source lists objects. */
  readonly missing: readonly string[] | null;
  readonly knowsLabels: boolean;
}

/** What lies in a namespace; under the empty name, what lies in none. */
interface Part {
  readonly isNamespace: boolean;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** Its objects, by the lists of `ClusterObjects`. */
  readonly lists: Readonly<Record<string, readonly object[]>>;
  readonly judged: readonly KeptPosturePod[];
  readonly advised: readonly PodGroup[];
}

type KeptContainerSpec = Omit<ContainerSpecFacts, 'command' | 'args' | 'env' | 'commandHash'>;

interface KeptPosturePod extends Omit<PosturePod, 'containers' | 'spec'> {
  /** Without its containers, which are listed beside it. */
  readonly spec: Omit<NonNullable<PosturePod['spec']>, 'containers'> | null;
  readonly containers: readonly (Omit<PostureContainer, 'spec'> & {
    readonly spec: KeptContainerSpec | null;
  })[];
}

/** Pods of a workload of which advice needs the same. */
interface PodGroup {
  readonly workload: WorkloadRef;
  readonly spec: PresentPod['spec'];
  /** Init containers, where no specification tells. */
  readonly init: readonly string[];
  readonly names: readonly string[];
}

/**
 * Takes the first whole window that ends in a new hour, or one that is not whole once an hour has passed without one.
 * What shows no pod, such as an outage, changes nothing.
 */
export function keepCluster(
  snapshot: Snapshot,
  posture: () => PostureInput,
  ownerKeys: readonly string[],
  state: DetectorState<Uint8Array>,
): void {
  const { window, complete, pods } = snapshot;
  const whole = state.get(WHOLE);
  const asOf = whole === undefined ? -Infinity : (unpack(whole) as Whole).asOf;
  const isNewHour = Math.floor(window.end / HOUR_MS) > Math.floor(asOf / HOUR_MS);
  if (pods.length === 0 || !isNewHour || (!complete && window.end - asOf <= HOUR_MS)) return;
  const input = posture();
  const rows = new Map(
    Array.from(partsOf(snapshot, input, ownerKeys), ([namespace, part]) => [namespace, pack(part)]),
  );
  rows.set(
    WHOLE,
    pack({
      asOf: window.end,
      missing: input.objects?.missing ?? null,
      knowsLabels: (input.namespaceLabels ?? null) !== null,
      nodes: input.nodes,
    }),
  );
  for (const [key] of state.entries()) if (!rows.has(key)) state.delete(key);
  for (const [key, row] of rows)
    if (Buffer.compare(row, state.get(key) ?? NOTHING) !== 0) state.set(key, row);
}

const NOTHING = new Uint8Array(0);

function partsOf(
  { pods }: Snapshot,
  input: PostureInput,
  ownerKeys: readonly string[],
): ReadonlyMap<string, Part> {
  const { namespaceLabels, namespaceAnnotations, objects } = input;
  const judged = Map.groupBy(input.pods, ({ namespace }) => namespace);
  const present = Map.groupBy(pods, ({ namespace }) => namespace);
  const lists = new Map<string, Part['lists']>();
  for (const list of LISTS)
    for (const [namespace, own] of Map.groupBy<string, object>(objects?.[list] ?? [], placeOf))
      lists.set(namespace, { ...lists.get(namespace), [list]: own.map(keptObject) });
  const known = new Set(input.namespaces);
  const names = new Set([...known, ...lists.keys(), ...judged.keys(), ...present.keys()]);
  return new Map(
    Array.from(names, (namespace) => [
      namespace,
      {
        isNamespace: known.has(namespace),
        labels: namespaceLabels?.get(namespace),
        annotations: only(namespaceAnnotations?.get(namespace), (key) => ownerKeys.includes(key)),
        lists: lists.get(namespace) ?? {},
        judged: (judged.get(namespace) ?? []).map(keptPod),
        advised: groupsOf(present.get(namespace) ?? []),
      },
    ]),
  );
}

const LISTS = Object.keys(emptyLists()) as readonly (keyof ObjectLists)[];

function placeOf(object: object): string {
  return 'namespace' in object ? String(object.namespace) : '';
}

/** Of annotations only what answers rest on: others hold whatever people and tools put there. */
function keptObject(object: object): object {
  if (!('annotations' in object)) return object;
  const annotations = object.annotations as Part['annotations'];
  return {
    ...object,
    annotations: only(annotations, (key) => isOfManager(key) || isOfExposure(key)),
  };
}

function only(annotations: Part['annotations'], isKept: (key: string) => boolean) {
  if (annotations === undefined) return undefined;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => isKept(key)));
}

function keptPod({ spec, containers, ...pod }: PosturePod): KeptPosturePod {
  return {
    ...pod,
    spec: spec && { ...spec, ...UNSAID },
    containers: containers.map((container) => ({
      ...container,
      spec: container.spec && { ...container.spec, ...UNSAID },
    })),
  };
}

/** Of specifications; JSON leaves these out. */
const UNSAID = {
  containers: undefined,
  command: undefined,
  args: undefined,
  env: undefined,
  commandHash: undefined,
};

function groupsOf(pods: Snapshot['pods']): readonly PodGroup[] {
  const groups = new Map<string, PodGroup & { readonly names: string[] }>();
  for (const { workload, spec, containers, name } of pods) {
    const init = containers.flatMap((one) => (one.init ? [one.name] : []));
    if (spec === null && init.length === 0) continue;
    const said = spec && {
      qosClass: spec.qosClass,
      isWindows: spec.isWindows,
      resources: spec.resources,
      containers: spec.containers.map((one) => ({ name: one.name, role: one.role })),
    };
    const key = JSON.stringify([workload, said, init]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { workload, spec: said, init, names: [name] });
    else group.names.push(name);
  }
  return [...groups.values()];
}

/** The cluster as it was kept last; null in a history that has no window of this version yet. */
export async function readCluster(
  reader: Pick<HistoryReader, 'loadState'>,
): Promise<KeptCluster | null> {
  const { detectors } = await reader.loadState(new Map([[KEPT_CLUSTER.name, KEPT_CLUSTER]]));
  const rows = new Map(detectors.get(KEPT_CLUSTER.name) as ReadonlyMap<string, Uint8Array>);
  const packed = rows.get(WHOLE);
  if (packed === undefined) return null;
  rows.delete(WHOLE);
  const whole = unpack(packed) as Whole;
  const parts = Array.from(rows, ([namespace, row]) => [namespace, unpack(row) as Part] as const);
  const named = parts.filter(([, { isNamespace }]) => isNamespace);
  const objects = objectsOf(whole, parts);
  return {
    asOf: whole.asOf,
    objects,
    pods: parts.flatMap(([namespace, { advised }]) => presentPods(namespace, advised)),
    posture: {
      namespaces: named.map(([namespace]) => namespace),
      namespaceLabels: whole.knowsLabels ? mapOf(named, ({ labels }) => labels) : null,
      namespaceAnnotations: mapOf(named, ({ annotations }) => annotations),
      pods: parts.flatMap(([, { judged }]) => judged.map(posturePod)),
      objects,
      nodes: whole.nodes,
      use: null,
    },
  };
}

function mapOf<V>(
  parts: readonly (readonly [string, Part])[],
  of: (part: Part) => V | undefined,
): ReadonlyMap<string, V> {
  return new Map(
    parts.flatMap(([namespace, part]) => {
      const value = of(part);
      return value === undefined ? [] : [[namespace, value] as const];
    }),
  );
}

/** Lists are sorted by `NAMESPACE/NAME`, which is another order than that of the namespaces alone. */
function objectsOf(
  { asOf, missing }: Whole,
  parts: readonly (readonly [string, Part])[],
): ClusterObjects | null {
  if (missing === null) return null;
  const inOrder = parts.toSorted(([a], [b]) => (`${a}/` < `${b}/` ? -1 : 1));
  const lists = Object.fromEntries(
    LISTS.map((list) => [list, inOrder.flatMap(([, { lists }]) => lists[list] ?? [])]),
  ) as unknown as ObjectLists;
  return { observedAt: asOf, missing, ...lists };
}

function presentPods(namespace: string, groups: readonly PodGroup[]): PresentObjects['pods'] {
  return groups.flatMap(({ workload, spec, init, names }) => {
    const containers = init.map((name) => ({ name, init: true }));
    return names.map((name) => ({ namespace, name, workload, spec, containers }));
  });
}

function posturePod({ spec, containers, ...pod }: KeptPosturePod): PosturePod {
  const whole = containers.map((container) => ({
    ...container,
    spec: container.spec && { ...container.spec, command: [], args: [], env: [] },
  }));
  const specs = whole.flatMap((container) => container.spec ?? []);
  return { ...pod, spec: spec && { ...spec, containers: specs }, containers: whole };
}

function pack(part: Whole | Part): Uint8Array {
  return deflateRawSync(JSON.stringify(part));
}

function unpack(row: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(row).toString()) as unknown;
}
