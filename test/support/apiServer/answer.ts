import { forbidden, isAllowed } from './access.ts';
import { discover } from './discovery.ts';
import type { ApiObject } from './objectStore.ts';
import { openApiDocument } from './openApi.ts';
import { applyPatch } from './patches.ts';
import { reviewOf } from './reviews.ts';
import { targetOf, type Target } from './route.ts';
import { ApiStatus, noSuchPath } from './status.ts';
import { subresourceOf } from './subresources.ts';
import {
  isDry,
  objectIn,
  ok,
  requirePreconditions,
  save,
  type ApiAnswer,
  type ApiRequest,
  type Cluster,
} from './writing.ts';

/** Answers a request as an API server would. @throws ApiStatus */
export function answer(request: ApiRequest, cluster: Cluster): ApiAnswer {
  const { method, url } = request;
  if (url.pathname === '/openapi/v2') {
    const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    return { code: 200, type, body: openApiDocument(cluster.resources) };
  }
  const reviewed = reviewOf(request, cluster);
  if (reviewed !== null) return reviewed;
  const found = method === 'GET' ? discover(url.pathname, cluster.resources) : undefined;
  if (found !== undefined) return ok(found);
  const target = targetOf(url.pathname, cluster.resources);
  if (target === undefined) throw noSuchPath();
  const { user } = request;
  const { resource, namespace, name, subresource } = target;
  const verb = verbOf(method, target, url);
  const attempt = { user, verb, resource, namespace, name, subresource };
  if (!isAllowed(attempt, cluster.denials)) throw forbidden(attempt);
  return name === null
    ? collection(request, target, cluster)
    : single(request, target, name, cluster);
}

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
  if (target.subresource !== null) {
    const answered = subresourceOf(request, target, name, cluster);
    if (answered !== null) return answered;
  }
  switch (method) {
    case 'GET':
      return ok(store.get(resource, namespace, name));
    case 'PUT':
      store.get(resource, namespace, name);
      return ok(save(objectIn(body), target, request, cluster));
    case 'DELETE':
      requirePreconditions(body, store.get(resource, namespace, name), resource);
      if (isDry(request)) return ok(store.get(resource, namespace, name));
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

function verbOf(method: string, { name }: Target, url: URL): string {
  if (method === 'GET')
    return url.searchParams.has('watch') ? 'watch' : name === null ? 'list' : 'get';
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };
  return verbs[method] ?? 'delete';
}
