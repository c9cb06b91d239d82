import { ApiFailure } from '../kubernetes/api/apiFailure.ts';
import type { ApiClient } from '../kubernetes/api/apiClient.ts';
import type { PodRecord } from '../kubernetes/podRecord.ts';
import type { RawObject } from '../kubernetes/rawObjects.ts';
import type { ResourceKind } from '../kubernetes/resources.ts';
import { InventoryBuilder } from './inventoryBuilder.ts';

/** Versions that worked, by resource, so that they are asked first. */
export type KnownVersions = Map<ResourceKind, string>;

/**
 * Reads all objects of a resource, of the whole cluster or of some namespaces, in the first version that the
 * server knows.
 *
 * @param before pods that it gave last, so that those that have not changed are taken over.
 * @throws ApiFailure `absent` when it serves none of the versions.
 */
export async function listResource(
  client: ApiClient,
  resource: ResourceKind,
  namespaces: readonly string[],
  known: KnownVersions,
  signal: AbortSignal,
  before: ReadonlyMap<string, PodRecord> = new Map(),
): Promise<InventoryBuilder> {
  const first = known.get(resource);
  const versions = first === undefined ? resource.versions : [first, ...resource.versions];
  let absence: ApiFailure | null = null;
  for (const version of new Set(versions)) {
    try {
      const gathered = await listVersion(client, resource, version, namespaces, signal, before);
      known.set(resource, version);
      return gathered;
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.code !== 'absent') throw error;
      absence = error;
    }
  }
  throw absence ?? new ApiFailure('absent', 'it does not serve this');
}

async function listVersion(
  client: ApiClient,
  resource: ResourceKind,
  version: string,
  namespaces: readonly string[],
  signal: AbortSignal,
  before: ReadonlyMap<string, PodRecord>,
): Promise<InventoryBuilder> {
  const apiVersion = resource.group === '' ? version : `${resource.group}/${version}`;
  const base = `/${resource.group === '' ? 'api' : 'apis'}/${apiVersion}`;
  const add = (builder: InventoryBuilder) => (item: RawObject) =>
    builder.addItem(resource, apiVersion, item);
  const whole = new InventoryBuilder();
  if (namespaces.length > 0 && resource.kind === 'Namespace') {
    // Who may not list namespaces may still look at those that a Role is in.
    for (const name of namespaces)
      add(whole)(await client.get(`${base}/namespaces/${name}`, signal));
    return whole;
  }
  const scopes = resource.namespaced && namespaces.length > 0 ? namespaces : [null];
  for (const namespace of scopes) {
    const scope = namespace === null ? '' : `/namespaces/${namespace}`;
    let part = new InventoryBuilder(before);
    const pages = {
      begin: () => void (part = new InventoryBuilder(before)),
      page: (items: readonly RawObject[]) => items.forEach(add(part)),
    };
    const isPartial = resource.metadataOnly === true;
    await client.list(`${base}${scope}/${resource.resource}`, isPartial, pages, signal);
    whole.absorb(part);
  }
  return whole;
}
