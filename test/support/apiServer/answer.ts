import { parse } from 'yaml';
import { forbidden, isAllowed, type Denial } from './access.ts';
import { discover } from './discovery.ts';
import type { Lists } from './lists.ts';
import type { ApiObject, ObjectStore } from './objectStore.ts';
import { openApiDocument } from './openApi.ts';
import { applyPatch } from './patches.ts';
import type { ServedResource } from './resources.ts';
import { targetOf, type Target } from './route.ts';
import { ApiStatus, badRequest, noSuchPath } from './status.ts';
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
}

/** Answers a request as an API server would. @throws ApiStatus */
export function answer(request: ApiRequest, cluster: Cluster): ApiAnswer {
  const { method, url } = request;
  if (url.pathname === '/openapi/v2') {
    const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    return { code: 200, type, body: openApiDocument(cluster.resources) };
  }
  if (url.pathname === REVIEWS && method === 'POST') return review(request, cluster);
  const found = method === 'GET' ? discover(url.pathname, cluster.resources) : undefined;
  if (found !== undefined) return ok(found);
  const target = targetOf(url.pathname, cluster.resources);
  if (target === undefined) throw noSuchPath();
  const { user } = request;
  const { resource, namespace, name } = target;
  const attempt = { user, verb: verbOf(method, target, url), resource, namespace, name };
  if (!isAllowed(attempt, cluster.denials)) throw forbidden(attempt);
  return name === null
    ? collection(request, target, cluster)
    : single(request, target, name, cluster);
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

function collection(request: ApiRequest, target: Target, cluster: Cluster): ApiAnswer {
  const { resource, namespace } = target;
  const { method, url, accept } = request;
  if (method === 'GET') {
    if (url.searchParams.has('watch'))
      throw new ApiStatus(405, 'MethodNotAllowed', 'no watches here');
    const metadataOnly = accept.includes('as=PartialObjectMetadataList');
    return {
      code: 200,
      body: cluster.lists.page(resource, namespace, url.searchParams, metadataOnly),
    };
  }
  if (method !== 'POST') throw new ApiStatus(405, 'MethodNotAllowed', `${method} is not supported`);
  const object = objectIn(request.body);
  const placed = { ...object, metadata: { ...object.metadata, ...(namespace && { namespace }) } };
  const name = placed.metadata.name ?? '';
  if (cluster.store.find(resource, namespace, name) !== undefined) {
    throw new ApiStatus(409, 'AlreadyExists', `${resource.plural} "${name}" already exists`);
  }
  return ok(save(placed, target, request, cluster), 201);
}

function single(request: ApiRequest, target: Target, name: string, cluster: Cluster): ApiAnswer {
  const { resource, namespace } = target;
  const { store } = cluster;
  const { method, contentType, body } = request;
  switch (method) {
    case 'GET':
      return ok(store.get(resource, namespace, name));
    case 'PUT':
      store.get(resource, namespace, name);
      return ok(save(objectIn(body), target, request, cluster));
    case 'DELETE':
      return ok(store.remove(resource, namespace, name));
    case 'PATCH': {
      const isApply = contentType.startsWith('application/apply-patch');
      const before = isApply
        ? (store.find(resource, namespace, name) ?? {})
        : store.get(resource, namespace, name);
      const patched = applyPatch(contentType, before, objectIn(body)) as ApiObject;
      return ok(save(patched, target, request, cluster));
    }
    default:
      throw new ApiStatus(405, 'MethodNotAllowed', `${method} is not supported`);
  }
}

function save(
  object: ApiObject,
  { resource }: Target,
  { url }: ApiRequest,
  cluster: Cluster,
): object {
  validateObject({ ...object, kind: resource.kind });
  if (url.searchParams.get('dryRun') === 'All') return object;
  return cluster.store.put(resource, object);
}

interface ReviewedAttributes {
  readonly verb?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
}

/** SelfSubjectAccessReview. */
function review({ body, user }: ApiRequest, { resources, denials }: Cluster): ApiAnswer {
  const object = objectIn(body);
  const spec = (object['spec'] ?? {}) as { readonly resourceAttributes?: ReviewedAttributes };
  const { verb = '', group = '', resource: plural, namespace } = spec.resourceAttributes ?? {};
  const resource = resources.find((one) => one.plural === plural && one.group === group);
  const allowed =
    resource !== undefined &&
    isAllowed({ user, verb, resource, namespace: namespace || null, name: null }, denials);
  return ok({ ...object, status: { allowed } }, 201);
}

function verbOf(method: string, { name }: Target, url: URL): string {
  if (method === 'GET')
    return url.searchParams.has('watch') ? 'watch' : name === null ? 'list' : 'get';
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };
  return verbs[method] ?? 'delete';
}

function objectIn(body: string): ApiObject {
  if (body.startsWith('k8s\0')) {
    throw new ApiStatus(415, 'UnsupportedMediaType', 'protobuf is not understood here: send JSON');
  }
  try {
    return parse(body) as ApiObject;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${String(error)}`);
  }
}

function ok(object: object, code = 200): ApiAnswer {
  return { code, body: JSON.stringify(object) };
}
