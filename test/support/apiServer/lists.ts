import type { ApiObject, ObjectStore } from './objectStore.ts';
import { apiVersionOf, type ServedResource } from './resources.ts';
import { matchesFields, matchesLabels } from './selectors.ts';
import { badRequest, expired } from './status.ts';

/** A list that a client reads page by page: it sees the state at which it began. */
interface OpenList {
  readonly items: readonly ApiObject[];
  readonly resourceVersion: string;
}

/** LIST with `limit` and `continue`, as etcd serves it. */
export class Lists {
  readonly #store: ObjectStore;
  readonly #open = new Map<string, OpenList>();
  #next = 1;
  /** No `continue` that is given out is good for anything. */
  expiresAtOnce = false;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** @throws ApiStatus 410 for a `continue` that is too old, 400 for a bad one. */
  page(
    resource: ServedResource,
    namespace: string | null,
    query: URLSearchParams,
    metadataOnly: boolean,
  ): string {
    const token = query.get('continue');
    const { id, from } = token ? parseToken(token) : { id: `${this.#next++}`, from: 0 };
    const list = token ? this.#open.get(id) : this.#begin(resource, namespace, query);
    if (list === undefined) throw expired();
    const limit = Number(query.get('limit') ?? 0) || list.items.length;
    const items = list.items.slice(from, from + limit);
    const rest = list.items.length - from - items.length;
    if (rest > 0 && !this.expiresAtOnce) this.#open.set(id, list);
    else this.#open.delete(id);
    const metadata = {
      resourceVersion: list.resourceVersion,
      ...(rest > 0 && {
        continue: Buffer.from(`${id}:${from + items.length}`).toString('base64url'),
        remainingItemCount: rest,
      }),
    };
    const head = metadataOnly
      ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
      : { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource) };
    const text = items.map((item) => JSON.stringify(metadataOnly ? partial(item) : bare(item)));
    // The API server writes an empty list of metadata as null.
    const written = metadataOnly && items.length === 0 ? 'null' : `[${text.join(',')}]`;
    return `${JSON.stringify({ ...head, metadata }).slice(0, -1)},"items":${written}}`;
  }

  #begin(resource: ServedResource, namespace: string | null, query: URLSearchParams): OpenList {
    const labels = query.get('labelSelector') ?? '';
    const fields = query.get('fieldSelector') ?? '';
    const items = this.#store
      .list(resource, namespace)
      .filter((item) => matchesLabels(labels, item.metadata?.labels ?? {}))
      .filter((item) => fields === '' || matchesFields(fields, item));
    return { items, resourceVersion: this.#store.resourceVersion };
  }
}

function parseToken(token: string): { readonly id: string; readonly from: number } {
  const match = /^(\d+):(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw badRequest('continue key is not valid: illegal base64 data');
  return { id: match[1] as string, from: Number(match[2]) };
}

/** Items of a typed list carry neither kind nor apiVersion. */
function bare({ kind: _kind, apiVersion: _version, ...rest }: ApiObject): object {
  return rest;
}

function partial({ metadata }: ApiObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
