import { randomUUID } from 'node:crypto';
import { apiVersionOf, nameOf, type ServedResource } from './resources.ts';
import { conflict, notFound } from './status.ts';

/** Any object, as JSON. */
export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata?: Metadata;
  [field: string]: unknown;
}

interface Metadata {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  [field: string]: unknown;
}

/** Objects by resource; every change has a resourceVersion of its own. */
export class ObjectStore {
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  #version = 1000;

  get resourceVersion(): string {
    return `${this.#version}`;
  }

  /** Objects of a resource by namespace and name, in the order of etcd's keys. */
  list(resource: ServedResource, namespace: string | null): readonly ApiObject[] {
    const all = [...(this.#objects.get(nameOf(resource)) ?? [])];
    all.sort(([a], [b]) => (a < b ? -1 : 1));
    const objects = all.map(([, object]) => object);
    return namespace === null
      ? objects
      : objects.filter(({ metadata }) => metadata?.namespace === namespace);
  }

  /** @throws ApiStatus 404. */
  get(resource: ServedResource, namespace: string | null, name: string): ApiObject {
    const found = this.find(resource, namespace, name);
    if (found === undefined) throw notFound(nameOf(resource), name);
    return found;
  }

  find(resource: ServedResource, namespace: string | null, name: string): ApiObject | undefined {
    return this.#objects.get(nameOf(resource))?.get(`${namespace ?? ''}/${name}`);
  }

  /** @throws ApiStatus 409 when an object carries the uid of another one, or the resourceVersion of an older one. */
  requireLatest(resource: ServedResource, { metadata = {} }: ApiObject): void {
    const { name = '', namespace, uid, resourceVersion } = metadata;
    const before = this.find(resource, namespace ?? null, name)?.metadata;
    if (before === undefined) return;
    const isOther = uid !== undefined && uid !== before.uid;
    const isOlder = resourceVersion !== undefined && resourceVersion !== before.resourceVersion;
    if (isOther || isOlder) throw conflict(nameOf(resource), name);
  }

  /**
   * Puts an object in place of the one of its name, or makes it.
   * @throws ApiStatus 409 when it carries the resourceVersion of an older one.
   */
  put(resource: ServedResource, object: ApiObject): ApiObject {
    this.requireLatest(resource, object);
    const { name = '', namespace } = object.metadata ?? {};
    const before = this.find(resource, namespace ?? null, name);
    this.#version += 1;
    const generation = before?.metadata?.generation ?? 0;
    const isChanged = JSON.stringify(before?.['spec']) !== JSON.stringify(object['spec']);
    const stored: ApiObject = {
      ...object,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: {
        ...object.metadata,
        uid: before?.metadata?.uid ?? object.metadata?.uid ?? randomUUID(),
        creationTimestamp:
          before?.metadata?.creationTimestamp ??
          object.metadata?.creationTimestamp ??
          new Date().toISOString().replace(/\.\d+Z/, 'Z'),
        resourceVersion: `${this.#version}`,
        generation: isChanged ? generation + 1 : generation,
      },
    };
    const objects = this.#objects.get(nameOf(resource)) ?? new Map<string, ApiObject>();
    objects.set(`${namespace ?? ''}/${name}`, stored);
    this.#objects.set(nameOf(resource), objects);
    return stored;
  }

  /** @throws ApiStatus 404. */
  remove(resource: ServedResource, namespace: string | null, name: string): ApiObject {
    const object = this.get(resource, namespace, name);
    this.#version += 1;
    this.#objects.get(nameOf(resource))?.delete(`${namespace ?? ''}/${name}`);
    return object;
  }
}
