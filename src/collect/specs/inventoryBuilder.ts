import { emptyLists, type ObjectLists } from '../../model/clusterObjects.ts';
import type { DataProblem } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { workloadObject } from '../kubernetes/objects/workloads.ts';
import {
  annotationsOf,
  controllerOf,
  generatedFrom,
  labelsOf,
  namedOf,
  parseTimestamp,
} from '../kubernetes/metadata.ts';
import { podRecord, type PodRecord, type ShareFacts } from '../kubernetes/podRecord.ts';
import { createSharing } from './shareFacts.ts';
import type { RawObject } from '../kubernetes/rawObjects.ts';
import { resourceName, resourceOf, type ResourceKind } from '../kubernetes/resources.ts';
import type { Inventory, NamespaceRecord } from './inventory.ts';

/** What an inventory says besides its objects. */
export interface InventoryFrame {
  readonly observedAt: TimeMs;
  readonly validFrom: TimeMs;
  readonly validTo: TimeMs;
  /** Resources whose lists say nothing. */
  readonly missing: readonly string[];
  readonly problems: readonly DataProblem[];
}

/**
 * Boils objects down to what is read of them, one by one, so that a page of a list can be let go of before
 * the next one comes.
 */
export class InventoryBuilder {
  readonly #before: ReadonlyMap<string, PodRecord>;
  readonly #share: ShareFacts = createSharing();
  readonly #pods = new Map<string, PodRecord>();
  readonly #namespaces = new Map<string, NamespaceRecord>();
  readonly #owners = new Map<string, WorkloadRef | null>();
  readonly #seen = new Set<string>();
  /** Items of lists that could not be read, by resource. */
  readonly #skipped = new Map<string, { count: number; why: string }>();
  readonly #lists = emptyLists();

  /** @param before pods of the listing before, by UID: those that have not changed are taken over. */
  constructor(before: ReadonlyMap<string, PodRecord> = new Map()) {
    this.#before = before;
  }

  /** Pods by UID. */
  get pods(): ReadonlyMap<string, PodRecord> {
    return this.#pods;
  }

  /** Resources of which at least one object came, as `resourceName` calls them. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /**
   * Takes an object; false when nothing of its kind is read.
   * @throws Error saying what an object lacks that has no name, or a pod that has no UID.
   */
  add(raw: RawObject): boolean {
    const resource = resourceOf(raw.apiVersion ?? '', raw.kind ?? '');
    if (typeof raw.kind !== 'string') throw new Error('has no kind');
    if (resource === undefined) return false;
    if (!raw.metadata?.name) throw new Error('has no metadata.name');
    if (resource.namespaced && !raw.metadata.namespace) {
      throw new Error('has no metadata.namespace');
    }
    this.#read(resource, raw);
    this.#seen.add(resourceName(resource));
    return true;
  }

  /** Takes an item of a list of a server; one that cannot be read is skipped and counted. */
  addItem(resource: ResourceKind, apiVersion: string, item: unknown): void {
    try {
      if (typeof item !== 'object' || item === null) throw new Error('is no object');
      this.add({ ...item, apiVersion, kind: resource.kind });
    } catch (error) {
      this.#skip(resourceName(resource), 1, error instanceof Error ? error.message : 'is odd');
    }
  }

  #skip(resource: string, count: number, why: string): void {
    const known = this.#skipped.get(resource);
    this.#skipped.set(resource, { count: (known?.count ?? 0) + count, why: known?.why ?? why });
  }

  /** Items that were skipped, a problem a resource. @param label the server that listed them. */
  skippedItems(label: string): readonly DataProblem[] {
    return [...this.#skipped].map(([resource, { count, why }]) => ({
      code: 'bad-item',
      subject: resource,
      text: `${label} listed ${count} of ${resource} that cannot be read and ${count === 1 ? 'is' : 'are'} skipped; the first ${why.slice(0, 200)}`,
    }));
  }

  /** Takes everything that another builder has gathered. */
  absorb(other: InventoryBuilder): void {
    for (const [uid, pod] of other.#pods) this.#pods.set(uid, pod);
    for (const [name, namespace] of other.#namespaces) this.#namespaces.set(name, namespace);
    for (const [key, owner] of other.#owners) this.#owners.set(key, owner);
    for (const name of other.#seen) this.#seen.add(name);
    for (const [name, { count, why }] of other.#skipped) this.#skip(name, count, why);
    for (const [name, list] of Object.entries(this.#lists)) {
      const more: readonly unknown[] = other.#lists[name as keyof ObjectLists];
      for (const object of more) (list as unknown[]).push(object);
    }
  }

  build(frame: InventoryFrame): Inventory {
    const lists = this.#lists;
    for (const list of Object.values(lists)) (list as Sortable[]).sort(byPlace);
    const { observedAt, missing } = frame;
    return {
      ...frame,
      pods: this.#pods,
      podsByName: youngestByName(this.#pods.values()),
      namespaces: this.#namespaces,
      owners: this.#owners,
      workloads: new Map(
        lists.workloads.map((one) => [workloadKey(one.namespace, one.workload), one] as const),
      ),
      objects: { observedAt, missing, ...lists },
    };
  }

  #read(resource: ResourceKind, raw: RawObject): void {
    switch (resourceName(resource)) {
      case 'pods':
        return this.#addPod(raw);
      case 'namespaces':
        return this.#addNamespace(raw);
      case 'replicasets.apps':
      case 'jobs.batch':
        return this.#addOwned(raw);
      default:
        return resource.take(this.#lists, raw);
    }
  }

  #addPod(raw: RawObject): void {
    const { uid = '', resourceVersion } = raw.metadata ?? {};
    const before = this.#before.get(uid);
    if (
      before !== undefined &&
      resourceVersion !== undefined &&
      before.version === resourceVersion
    ) {
      this.#pods.set(uid, before);
      return;
    }
    const record = podRecord(raw, this.#share);
    if (record === null) {
      throw new Error('has no metadata.uid: it is a manifest, not what the cluster runs');
    }
    this.#pods.set(record.uid, record);
  }

  #addNamespace({ metadata }: RawObject): void {
    const name = metadata?.name ?? '';
    this.#namespaces.set(name, {
      name,
      createdAt: parseTimestamp(metadata?.creationTimestamp),
      labels: labelsOf(metadata),
      annotations: annotationsOf(metadata),
    });
  }

  /** A ReplicaSet or Job counts as a workload only where nothing else controls it. */
  #addOwned(raw: RawObject): void {
    const { namespace, name } = namedOf(raw);
    const owner = controllerOf(raw.metadata);
    const kind = raw.kind ?? '';
    const base = generatedFrom(raw.metadata ?? {});
    const made = base === null ? null : { kind, name: base };
    this.#owners.set(workloadKey(namespace, { kind, name }), owner ?? made);
    if (owner === null) this.#lists.workloads.push(workloadObject(raw));
  }
}

interface Sortable {
  readonly namespace?: string;
  readonly name?: string;
  readonly workload?: WorkloadRef;
}

function byPlace(a: Sortable, b: Sortable): number {
  const [x, y] = [placeOf(a), placeOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function placeOf({ namespace = '', name, workload }: Sortable): string {
  return workload === undefined ? `${namespace}/${name}` : workloadKey(namespace, workload);
}

function youngestByName(pods: Iterable<PodRecord>): Map<string, PodRecord> {
  const byName = new Map<string, PodRecord>();
  for (const pod of pods) {
    const key = `${pod.namespace}/${pod.name}`;
    const other = byName.get(key);
    if (other === undefined || (other.createdAt ?? 0) < (pod.createdAt ?? 0)) byName.set(key, pod);
  }
  return byName;
}
