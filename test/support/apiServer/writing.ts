import { parse } from 'yaml';
import type { Denial } from './access.ts';
import type { Lists } from './lists.ts';
import type { ApiObject, ObjectStore } from './objectStore.ts';
import type { ServedResource } from './resources.ts';
import type { Target } from './route.ts';
import { ApiStatus, badRequest } from './status.ts';
import { validateObject } from './validate.ts';

/** A request whose user is known. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly user: string;
  readonly accept: string;
  readonly contentType: string;
  readonly body: string;
}

export interface ApiAnswer {
  readonly code: number;
  readonly type?: string;
  readonly body: string | Buffer;
}

/** Everything that answers depend on. */
export interface Cluster {
  readonly resources: readonly ServedResource[];
  readonly store: ObjectStore;
  readonly lists: Lists;
  readonly denials: readonly Denial[];
  readonly bearers: ReadonlyMap<string, Bearer>;
  /** What tokens without an audience of their own are for. */
  readonly audiences: readonly string[];
}

/** Whose a token is, as a TokenReview tells. */
export interface Bearer {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** Who it is for; the API server by default. */
  readonly audiences?: readonly string[];
  /** An authenticator that knows of no audiences takes it for the API server’s. */
  readonly knowsNoAudiences?: boolean;
}

/** Stores an object unless it is a dry run. @throws ApiStatus */
export function save(
  object: ApiObject,
  { resource }: Target,
  request: ApiRequest,
  cluster: Cluster,
): ApiObject {
  validateObject({ ...object, kind: resource.kind });
  cluster.store.requireLatest(resource, object);
  if (isDry(request)) return object;
  const manager = request.url.searchParams.get('fieldManager');
  if (manager === null) return cluster.store.put(resource, object);
  // kubectl reads the fields of every entry.
  const fields = { fieldsType: 'FieldsV1', fieldsV1: {} };
  const entry = { manager, operation: 'Update', apiVersion: resource.version, ...fields };
  const before = (object.metadata?.['managedFields'] ?? []) as readonly (typeof entry)[];
  const managedFields = [...before.filter((one) => one.manager !== manager), entry];
  const metadata = { ...object.metadata, managedFields };
  return cluster.store.put(resource, { ...object, metadata });
}

/** Whether a request is not to change anything. */
export function isDry({ url }: ApiRequest): boolean {
  return url.searchParams.get('dryRun') === 'All';
}

/** DeleteOptions. @throws ApiStatus 409 */
export function requirePreconditions(
  body: string,
  object: ApiObject,
  resource: ServedResource,
): void {
  if (body === '') return;
  const { preconditions = {} } = objectIn(body) as { readonly preconditions?: object };
  for (const [key, wanted] of Object.entries(preconditions)) {
    const there = object.metadata?.[key];
    if (wanted !== there)
      throw new ApiStatus(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${resource.plural} "${object.metadata?.name}": the ${key} in the precondition (${String(wanted)}) does not match the ${key} in record (${String(there)})`,
      );
  }
}

/** The body of a request. @throws ApiStatus */
export function objectIn(body: string): ApiObject {
  if (body.startsWith('k8s\0')) {
    throw new ApiStatus(415, 'UnsupportedMediaType', 'protobuf is not understood here: send JSON');
  }
  try {
    return parse(body) as ApiObject;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${String(error)}`);
  }
}

/** An object as an answer. */
export function ok(object: object, code = 200): ApiAnswer {
  return { code, body: JSON.stringify(object) };
}
