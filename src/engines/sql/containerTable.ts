import type { ContainerSample, PodSample } from '../../model/snapshot.ts';
import type { Inherited } from '../../store/rollUp/windowPages.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import { canonicalLabels } from '../../store/labelSets.ts';
import { raw, inList, inNumbers, type Db } from './db.ts';
import type { Dictionary } from './dictionary.ts';

/**
 * A container instance as rows point to it. Whenever something that costs are asked by changes (its
 * image, its labels, its owner), it gets a new row; the pod's UID stays what is billed.
 */
export interface ContainerRow {
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  kind: string;
  name: string;
  workload_known: number;
  readonly node: string;
  readonly image: string;
  readonly label_set: number;
  readonly owner: string;
  first_hour: TimeMs;
  last_hour: TimeMs;
}

const COLUMNS =
  'namespace, pod, uid, container, kind, name, workload_known, node, image, label_set, owner, first_hour, last_hour';

/** Numbers that are asked for at once; those that are left when the process ends are not used. */
const NUMBERS_AT_ONCE = 500;

/** What the row is about, apart from the container itself. */
interface Identity {
  readonly kind: string;
  readonly name: string;
  readonly known: boolean;
  readonly node: string;
  readonly image: string;
  readonly labelSet: number;
  readonly owner: string;
}

/** The dimension of container instances, with those of the running pods held in memory. */
export class ContainerTable {
  readonly #db: Db;
  readonly #labelSets: Dictionary;
  #byUid = new Map<string, ContainerRow[]>();
  #byId = new Map<number, ContainerRow>();
  /** Rows that are new, or are not stored as they are. */
  readonly #changed = new Set<ContainerRow>();
  /** Rows that were seen in a later hour, and are stored as they are but for that. */
  readonly #seenLater = new Set<ContainerRow>();
  /** Numbers for new rows. */
  #numbers: number[] = [];
  #labelsOfPod = new Map<string, { labels: string; id: number }>();
  /** Hours whose rows were attributed to another workload since the last `takeReattributed`. */
  #reattributed = new Set<TimeMs>();

  constructor(db: Db, labelSets: Dictionary) {
    this.#db = db;
    this.#labelSets = labelSets;
  }

  /** The row of a pod's container as it is in this window; made or widened when needed. */
  async row(
    pod: PodSample,
    container: ContainerSample,
    inherits: Inherited,
    hour: TimeMs,
  ): Promise<ContainerRow> {
    const rows = await this.#rowsOf(pod.uid);
    const identity = await this.#identity(pod, container.image ?? '', inherits, rows);
    const row =
      rows.find((row) => row.container === container.name && matches(row, identity)) ??
      (await this.#insert(pod, container.name, identity, hour, rows));
    this.#widen(row, hour);
    return row;
  }

  /** Cost that belongs to no running container: an unmounted volume, a load balancer. */
  async unattached(
    namespace: string,
    kind: string,
    name: string,
    hour: TimeMs,
  ): Promise<ContainerRow> {
    const uid = `${kind}:${namespace}/${name}`;
    const rows = await this.#rowsOf(uid);
    const identity: Identity = {
      kind,
      name,
      known: true,
      node: '',
      image: '',
      labelSet: await this.#labelSets.id('{}'),
      owner: '',
    };
    const row =
      rows[0] ?? (await this.#insert({ namespace, name: '', uid }, '', identity, hour, rows));
    this.#widen(row, hour);
    return row;
  }

  async byIds(ids: Iterable<number>): Promise<ReadonlyMap<number, ContainerRow>> {
    const wanted = [...ids];
    const missing = wanted.filter((id) => !this.#byId.has(id));
    if (missing.length > 0) {
      for (const row of await this.#db.all<ContainerRow>`SELECT id, ${raw(COLUMNS)} FROM containers
        WHERE id ${inNumbers(missing)}`)
        this.#byId.set(row.id, row);
    }
    return new Map(
      wanted.map((id) => {
        const row = this.#byId.get(id);
        if (row === undefined) throw new RangeError(`container ${id} of the history is missing`);
        return [id, row];
      }),
    );
  }

  /** Reads at once the rows of pods that are not held yet, and what their labels are stored as. */
  async know(pods: readonly PodSample[], inherits: (pod: PodSample) => Inherited): Promise<void> {
    await this.#knowLabels(pods, inherits);
    const isNew = ({ uid }: Pick<PodSample, 'uid'>) => !this.#byUid.has(uid);
    await this.#read(pods.filter(isNew).map(({ uid }) => uid));
    const nameless = pods.filter(({ uid }) => this.#byUid.get(uid)?.length === 0);
    const names = nameless.map(({ namespace, name }) => `name:${namespace}/${name}`);
    await this.#read(names.filter((uid) => isNew({ uid })));
  }

  /** Stores what is new about rows. */
  async flush(): Promise<void> {
    const rows = [...this.#changed].map((row) => ({ ...row }));
    await this.#db.store('containers', ['id'], rows, 'new');
    const later = [...this.#seenLater].filter((row) => !this.#changed.has(row));
    // All running containers, once an hour: the index of their UIDs, the largest one, stays as it is.
    for (const [hour, seen] of Map.groupBy(later, (row) => row.last_hour))
      await this.#db.run`UPDATE containers SET last_hour = ${hour}
        WHERE id ${inNumbers(seen.map(({ id }) => id))}`;
    this.#changed.clear();
    this.#seenLater.clear();
  }

  /** Hours that have to be rolled up again, because the owner of a pod became known. */
  takeReattributed(): readonly TimeMs[] {
    const hours = [...this.#reattributed].sort((a, b) => a - b);
    this.#reattributed = new Set();
    return hours;
  }

  /** Forgets rows not seen since `hour`, so that memory follows the running pods. */
  forgetBefore(hour: TimeMs): void {
    for (const [uid, rows] of this.#byUid) {
      if (rows.some((row) => row.last_hour >= hour)) continue;
      this.#byUid.delete(uid);
      this.#labelsOfPod.delete(uid);
    }
    for (const [id, row] of this.#byId) if (row.last_hour < hour) this.#byId.delete(id);
  }

  forget(): void {
    this.#byUid = new Map();
    this.#byId = new Map();
    this.#labelsOfPod = new Map();
    this.#reattributed = new Set();
    this.#changed.clear();
    this.#seenLater.clear();
    this.#numbers = [];
  }

  async #rowsOf(uid: string): Promise<ContainerRow[]> {
    if (!this.#byUid.has(uid)) await this.#read([uid]);
    return this.#byUid.get(uid)!;
  }

  async #read(uids: readonly string[]): Promise<void> {
    if (uids.length === 0) return;
    for (const uid of uids) this.#byUid.set(uid, []);
    for (const found of await this.#db.all<ContainerRow>`SELECT id, ${raw(COLUMNS)} FROM containers
      WHERE uid ${inList(uids)} ORDER BY id`) {
      const row = this.#byId.get(found.id) ?? found;
      this.#byUid.get(row.uid)!.push(row);
      this.#byId.set(row.id, row);
    }
  }

  async #identity(
    pod: PodSample,
    image: string,
    {
      owner,
      labels,
    }: { readonly owner: string; readonly labels: Readonly<Record<string, string>> },
    rows: readonly ContainerRow[],
  ): Promise<Identity> {
    const others = {
      node: pod.node ?? '',
      image,
      labelSet: await this.#labelSet(pod, labels),
      owner,
    };
    if (!pod.workloadKnown) {
      const known = rows.find((row) => row.workload_known === 1);
      if (known !== undefined)
        return { kind: known.kind, name: known.name, known: true, ...others };
      return { ...pod.workload, known: false, ...others };
    }
    for (const row of rows) if (row.workload_known === 0) this.#attribute(row, pod.workload);
    return { ...pod.workload, known: true, ...others };
  }

  /**
   * Rows of a pod by its name alone, from before any source had UIDs: whichever pod of that name it was, its
   * workload is the same.
   */
  async #attributeNameless(
    { namespace, name: pod }: { readonly namespace: string; readonly name: string },
    workload: { readonly kind: string; readonly name: string },
  ): Promise<void> {
    if (pod === '') return;
    for (const row of await this.#rowsOf(`name:${namespace}/${pod}`)) {
      if (row.workload_known === 0) this.#attribute(row, workload);
    }
  }

  #attribute(row: ContainerRow, workload: { readonly kind: string; readonly name: string }): void {
    row.kind = workload.kind;
    row.name = workload.name;
    row.workload_known = 1;
    this.#changed.add(row);
    for (let hour = row.first_hour; hour <= row.last_hour; hour += HOUR_MS) {
      this.#reattributed.add(hour);
    }
  }

  async #labelSet(pod: PodSample, ofNamespace: Readonly<Record<string, string>>): Promise<number> {
    const labels = canonicalLabels(pod.labels, ofNamespace);
    const held = this.#labelsOfPod.get(pod.uid);
    if (held?.labels === labels) return held.id;
    const id = await this.#labelSets.id(labels);
    this.#labelsOfPod.set(pod.uid, { labels, id });
    return id;
  }

  async #knowLabels(
    pods: readonly PodSample[],
    inherits: (pod: PodSample) => Inherited,
  ): Promise<void> {
    const unknown = pods.filter(({ uid }) => !this.#labelsOfPod.has(uid));
    const labels = unknown.map((pod) => canonicalLabels(pod.labels, inherits(pod).labels));
    const ids = await this.#labelSets.ids(labels.map((one) => [one]));
    unknown.forEach(({ uid }, index) =>
      this.#labelsOfPod.set(uid, { labels: labels[index]!, id: ids[index]! }),
    );
  }

  async #nextId(): Promise<number> {
    if (this.#numbers.length === 0)
      this.#numbers = (await this.#db.numbers('containers', 'id', NUMBERS_AT_ONCE)).toReversed();
    return this.#numbers.pop()!;
  }

  async #insert(
    pod: { readonly namespace: string; readonly name: string; readonly uid: string },
    container: string,
    identity: Identity,
    hour: TimeMs,
    rows: ContainerRow[],
  ): Promise<ContainerRow> {
    const { kind, name, known, node, image, labelSet, owner } = identity;
    const fields = {
      namespace: pod.namespace,
      pod: pod.name,
      uid: pod.uid,
      container,
      kind,
      name,
      workload_known: known ? 1 : 0,
      node,
      image,
      label_set: labelSet,
      owner,
      first_hour: hour,
      last_hour: hour,
    };
    if (known && rows.length === 0) await this.#attributeNameless(pod, { kind, name });
    const row: ContainerRow = { id: await this.#nextId(), ...fields };
    this.#changed.add(row);
    rows.push(row);
    this.#byId.set(row.id, row);
    return row;
  }

  #widen(row: ContainerRow, hour: TimeMs): void {
    if (hour < row.first_hour) this.#changed.add(row);
    else if (hour > row.last_hour) this.#seenLater.add(row);
    row.first_hour = Math.min(row.first_hour, hour);
    row.last_hour = Math.max(row.last_hour, hour);
  }
}

function matches(row: ContainerRow, identity: Identity): boolean {
  return (
    row.node === identity.node &&
    row.image === identity.image &&
    row.label_set === identity.labelSet &&
    row.owner === identity.owner &&
    row.kind === identity.kind &&
    row.name === identity.name
  );
}
