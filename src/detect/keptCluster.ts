import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { emptyLists, type ObjectLists } from '../model/clusterObjects.ts';
import type { ContainerSpecFacts, PodSpecFacts } from '../model/podSpec.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';
import type { HistoryReader } from '../store/history.ts';
import type { DetectorState } from '../store/stateCodec.ts';
import { isOfExposure } from './posture/checks/network/exposure.ts';
import type { PostureContainer, PostureInput, PosturePod } from './posture/postureInput.ts';
import { isOfManager } from './rightsize/advice/ownership.ts';
import type { PresentObjects } from './rightsize/advice/readAdvice.ts';

/** The cluster as a window showed it. */
export interface KeptCluster extends PresentObjects {
  /** End of that window. */
  readonly asOf: TimeMs;
  /** What posture is judged by, without what the history has of use and of calls. */
  readonly posture: PostureInput;
}

/**
 * The cluster as the first window of an hour showed it, for all who read the history: a packed row for each kind of
 * object, without commands, arguments and environments. It is kept beside the detectors' state: the same windows keep the same.
 */
export const KEPT_CLUSTER = {
  name: 'cluster',
  version: 1,
  codec: { encode: (row: Uint8Array) => row, decode: (row: Uint8Array) => row },
} as const;

type Texts = Readonly<Record<string, string>>;

/** Its own specification is that of its containers, which have no words of a command line or an environment. */
interface KeptPod extends Omit<PosturePod, 'spec' | 'containers'> {
  readonly spec: Omit<PodSpecFacts, 'containers'> | null;
  readonly containers: readonly (Omit<PostureContainer, 'spec'> & {
    readonly spec: Omit<ContainerSpecFacts, Words> | null;
  })[];
}

type Words = 'command' | 'args' | 'env' | 'commandHash';

/** What is kept beside the lists of objects, a row each. */
interface Rows {
  /** Read in each window. */
  readonly taken: {
    readonly asOf: TimeMs;
    /** Whether that window was whole. */
    readonly complete: boolean;
    /** Null where no source lists objects. */
    readonly missing: readonly string[] | null;
    readonly observedAt: TimeMs | null;
  };
  readonly places: Pick<PostureInput, 'namespaces' | 'nodes'> & {
    readonly labels: readonly (readonly [namespace: string, Texts])[] | null;
    readonly annotations: readonly (readonly [namespace: string, Texts])[];
  };
  readonly judged: readonly KeptPod[];
  readonly present: PresentObjects['pods'];
}

/** So long a window that shows less than what is kept changes nothing: an API or a job that is away comes back. */
const POORER_MS = 2 * HOUR_MS;

/**
 * Takes the first window that ends in a new hour, one that shows more than what is kept at once, and one that shows less once
 * two hours have passed without another. What shows no pod, such as an outage, changes nothing.
 *
 * @param ownerKeys annotations of namespaces that name their owner; of others only those are kept that answers rest on
 */
export function keepCluster(
  snapshot: Snapshot,
  posture: () => PostureInput,
  ownerKeys: readonly string[],
  state: DetectorState<Uint8Array>,
): void {
  const { window, complete, pods, emptyNamespaces = [] } = snapshot;
  const kept = takenOf(state);
  if (pods.length === 0 || (kept !== null && !replaces(snapshot, kept))) return;
  const { objects, namespaces, nodes, namespaceLabels = null, ...input } = posture();
  const rows: Rows = {
    taken: {
      asOf: window.end,
      complete,
      missing: objects?.missing ?? null,
      observedAt: objects?.observedAt ?? null,
    },
    places: {
      namespaces: [...namespaces, ...emptyNamespaces.map(({ name }) => name)].sort(),
      nodes,
      labels: namespaceLabels && [
        ...namespaceLabels,
        ...emptyNamespaces.map(({ name, labels }) => [name, labels] as const),
      ],
      annotations: [
        ...(input.namespaceAnnotations ?? []),
        ...emptyNamespaces.map(({ name, annotations }) => [name, annotations] as const),
      ].map(([name, all]) => [name, only(all, (key) => ownerKeys.includes(key))]),
    },
    judged: input.pods.map(keptPod),
    present: pods.flatMap(presentPod),
  };
  const lists = objects === null ? [] : LISTS.map((list) => [list, objects[list].map(keptObject)]);
  for (const [key, value] of [...Object.entries(rows), ...lists] as [string, unknown][]) {
    const row = deflateRawSync(JSON.stringify(value));
    if (Buffer.compare(row, state.get(key) ?? NOTHING) !== 0) state.set(key, row);
  }
}

function replaces({ window, complete, objects }: Snapshot, kept: Rows['taken']): boolean {
  const more = shows(objects?.missing ?? null, complete) - shows(kept.missing, kept.complete);
  if (more !== 0) return more > 0 || window.end - kept.asOf >= POORER_MS;
  return Math.floor(window.end / HOUR_MS) > Math.floor(kept.asOf / HOUR_MS);
}

/** How much is known: by the kinds of objects first, then by the metrics. */
function shows(missing: readonly string[] | null, complete: boolean): number {
  return (missing === null ? -Number.MAX_SAFE_INTEGER : -2 * missing.length) + (complete ? 1 : 0);
}

const NOTHING = new Uint8Array(0);
const LISTS = Object.keys(emptyLists()) as readonly (keyof ObjectLists)[];

/** Of annotations only what answers rest on: others hold whatever people and tools put there. */
function keptObject(object: object): object {
  if (!('annotations' in object)) return object;
  const isKept = (key: string) => isOfManager(key) || isOfExposure(key);
  return { ...object, annotations: only(object.annotations as Texts, isKept) };
}

function only(annotations: Texts, isKept: (key: string) => boolean): Texts {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => isKept(key)));
}

function keptPod({ spec, containers, ...pod }: PosturePod): KeptPod {
  return {
    ...pod,
    spec: spec && { ...spec, ...UNSAID },
    containers: containers.map((one) => ({ ...one, spec: one.spec && { ...one.spec, ...UNSAID } })),
  };
}

/** JSON leaves these out. */
const UNSAID = {
  containers: undefined,
  command: undefined,
  args: undefined,
  env: undefined,
  commandHash: undefined,
};

/** What advice asks of a pod; nothing where nobody tells it. */
function presentPod({ namespace, name, workload, spec, containers }: PodSample) {
  const init = containers.flatMap((one) => (one.init ? [{ name: one.name, init: true }] : []));
  if (spec === null && init.length === 0) return [];
  const told = spec && {
    qosClass: spec.qosClass,
    isWindows: spec.isWindows,
    resources: spec.resources,
    containers: spec.containers.map((one) => ({ name: one.name, role: one.role })),
  };
  return [{ namespace, name, workload, spec: told, containers: init }];
}

/** When the cluster was as it is kept; null in a history that has no window of this version yet. */
export async function keptAt(reader: Pick<HistoryReader, 'loadState'>): Promise<TimeMs | null> {
  const stored = await storedRows(reader);
  return stored === undefined ? null : (takenOf(stored)?.asOf ?? null);
}

/** The cluster as it was kept last; null in a history that has no window of this version yet. */
export async function readCluster(
  reader: Pick<HistoryReader, 'loadState'>,
): Promise<KeptCluster | null> {
  const stored = await storedRows(reader);
  if (stored?.has('taken') !== true) return null;
  const rows = Object.fromEntries(Array.from(stored, ([key, row]) => [key, unpack(row)]));
  const { taken, places, judged, present, ...lists } = rows as unknown as Rows & ObjectLists;
  const { asOf, missing, observedAt } = taken;
  const { labels, annotations, namespaces, nodes } = places;
  const objects = missing && { observedAt: observedAt!, missing, ...emptyLists(), ...lists };
  const posture = {
    namespaces,
    namespaceLabels: labels && new Map(labels),
    namespaceAnnotations: new Map(annotations),
    pods: judged.map(posturePod),
    objects,
    nodes,
    use: null,
  };
  return { asOf, objects, pods: present, posture };
}

async function storedRows(reader: Pick<HistoryReader, 'loadState'>) {
  const { detectors } = await reader.loadState(new Map([[KEPT_CLUSTER.name, KEPT_CLUSTER]]));
  return detectors.get(KEPT_CLUSTER.name) as ReadonlyMap<string, Uint8Array> | undefined;
}

function takenOf(rows: Pick<DetectorState<Uint8Array>, 'get'>): Rows['taken'] | null {
  const row = rows.get('taken');
  return row === undefined ? null : (unpack(row) as Rows['taken']);
}

function posturePod({ spec, containers, ...pod }: KeptPod): PosturePod {
  const whole = containers.map((one) => ({
    ...one,
    spec: one.spec && { ...one.spec, command: [], args: [], env: [] },
  }));
  const specs = whole.flatMap((container) => container.spec ?? []);
  return { ...pod, spec: spec && { ...spec, containers: specs }, containers: whole };
}

function unpack(row: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(row).toString());
}
