import type { ApiObject } from './objectStore.ts';
import { applyPatch } from './patches.ts';
import type { Target } from './route.ts';
import { matchesLabels } from './selectors.ts';
import { ApiStatus } from './status.ts';
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

/** `scale`, `eviction` and `log`; null for others, which are answered as their object. */
export function subresourceOf(
  request: ApiRequest,
  target: Target,
  name: string,
  cluster: Cluster,
): ApiAnswer | null {
  const { resource, namespace, subresource } = target;
  const { method } = request;
  const object = cluster.store.get(resource, namespace, name);
  if (subresource === 'log' && method === 'GET') {
    const container = request.url.searchParams.get('container') ?? '';
    const text = `2026-11-29T20:00:00Z ${name}/${container} says hello\n`;
    return { code: 200, type: 'text/plain', body: text };
  }
  if (subresource === 'scale' && method === 'GET') return ok(scaleOf(object));
  if (subresource === 'scale' && method === 'PATCH') return scale(request, target, object, cluster);
  if (subresource === 'eviction' && method === 'POST')
    return evict(request, target, object, cluster);
  return null;
}

function scaleOf({ metadata = {}, spec }: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  const { replicas = 1 } = (spec ?? {}) as { readonly replicas?: number };
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    // As the real one, which leaves out a number that is 0.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas },
  };
}

function scale(
  request: ApiRequest,
  target: Target,
  object: ApiObject,
  cluster: Cluster,
): ApiAnswer {
  const { contentType, body } = request;
  const patched = applyPatch(contentType, scaleOf(object), objectIn(body)) as ApiObject;
  const { uid, resourceVersion } = patched.metadata ?? {};
  const metadata = {
    ...object.metadata,
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  const spec = { ...(object['spec'] as object), ...(patched['spec'] as object) };
  return ok(scaleOf(save({ ...object, metadata, spec }, target, request, cluster)));
}

/** Refuses (429) what a PodDisruptionBudget does not allow. */
function evict(
  request: ApiRequest,
  { resource, namespace }: Target,
  pod: ApiObject,
  cluster: Cluster,
): ApiAnswer {
  const { deleteOptions = {} } = objectIn(request.body) as { readonly deleteOptions?: object };
  requirePreconditions(JSON.stringify(deleteOptions), pod, resource);
  const budgets = cluster.resources.find(({ plural }) => plural === 'poddisruptionbudgets');
  const blocking = (budgets === undefined ? [] : cluster.store.list(budgets, namespace)).some(
    (budget) => isBlocking(budget, pod),
  );
  if (blocking)
    throw new ApiStatus(
      429,
      'TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      { headers: { 'retry-after': '10' } },
    );
  if (!isDry(request)) cluster.store.remove(resource, namespace, pod.metadata?.name ?? '');
  const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success' };
  return ok(status, 201);
}

function isBlocking({ spec, status }: ApiObject, { metadata }: ApiObject): boolean {
  const { selector } = (spec ?? {}) as {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  const { disruptionsAllowed = 0 } = (status ?? {}) as { readonly disruptionsAllowed?: number };
  const labels = Object.entries(selector?.matchLabels ?? {});
  const text = labels.map(([key, value]) => `${key}=${value}`).join(',');
  return disruptionsAllowed === 0 && matchesLabels(text, metadata?.labels ?? {});
}
