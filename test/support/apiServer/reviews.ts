import { forbidden, isAllowed } from './access.ts';
import type { ApiObject } from './objectStore.ts';
import { apiVersionOf, type ServedResource } from './resources.ts';
import { ApiStatus, badRequest, invalid } from './status.ts';
import { objectIn, ok, type ApiAnswer, type ApiRequest, type Cluster } from './writing.ts';

type Spec = Readonly<Record<string, unknown>>;
type Answered = (spec: Spec, request: ApiRequest, cluster: Cluster) => object;

/** Objects that are answered and never stored, by their plural names. */
const REVIEWS: Readonly<Record<string, Answered>> = {
  tokenreviews: tokenReview,
  subjectaccessreviews: accessReview,
  selfsubjectaccessreviews: (spec, request, cluster) =>
    access({ user: request.user, groups: [] }, spec, cluster),
};

/** Answers a review as an API server does; null for another request. @throws ApiStatus */
export function reviewOf(request: ApiRequest, cluster: Cluster): ApiAnswer | null {
  const { method, url, user } = request;
  const resource = cluster.resources.find(
    (one) => one.plural in REVIEWS && url.pathname === `/apis/${apiVersionOf(one)}/${one.plural}`,
  );
  if (resource === undefined) return null;
  if (method !== 'POST') throw new ApiStatus(405, 'MethodNotAllowed', `${method} is not supported`);
  const attempt = { user, verb: 'create', resource, namespace: null, name: null };
  // Everybody may ask for themselves.
  const isOwn = resource.plural.startsWith('self');
  if (!isOwn && !isAllowed(attempt, cluster.denials)) throw forbidden(attempt);
  const object = objectIn(request.body);
  requireForm(object, resource);
  const status = REVIEWS[resource.plural]?.(object['spec'] as Spec, request, cluster);
  return ok({ ...object, status }, 201);
}

function requireForm(object: ApiObject, resource: ServedResource): void {
  if (object.apiVersion !== apiVersionOf(resource) || object.kind !== resource.kind)
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  const { managedFields: _, ...metadata } = (object.metadata ?? {}) as Spec;
  const isEmpty = Object.values(metadata).every((value) => !value);
  if (resource.group === 'authorization.k8s.io' && !isEmpty)
    throw invalid(resource.kind, '', ['metadata: Invalid value: must be empty']);
  if (typeof object['spec'] !== 'object' || object['spec'] === null)
    throw invalid(resource.kind, '', ['spec: Required value']);
}

/** `pkg/registry/authentication/tokenreview/storage.go`. */
function tokenReview(spec: Spec, _request: ApiRequest, { bearers, audiences }: Cluster): object {
  const { token, audiences: asked = [] } = spec as {
    readonly token?: string;
    readonly audiences?: readonly string[];
  };
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  const wanted = asked.length > 0 ? asked : audiences;
  const bearer = bearers.get(token);
  const error = '[invalid bearer token, unknown]';
  if (bearer === undefined) return { user: {}, error };
  const { username, uid, groups, extra, knowsNoAudiences = false } = bearer;
  const user = { username, uid, groups: [...(groups ?? []), 'system:authenticated'], extra };
  if (knowsNoAudiences) return { authenticated: true, user };
  const own = bearer.audiences ?? audiences;
  const meant = own.filter((one) => wanted.includes(one));
  if (meant.length === 0)
    return {
      user: {},
      error: `[invalid bearer token, token audiences ${JSON.stringify(own)} is invalid for the target audiences ${JSON.stringify(wanted)}]`,
    };
  return { authenticated: true, user, audiences: meant };
}

/** `pkg/apis/authorization/validation`. */
function accessReview(spec: Spec, _request: ApiRequest, cluster: Cluster): object {
  const { user = '', groups = [] } = spec as { readonly user?: string; groups?: readonly string[] };
  if (user === '' && groups.length === 0)
    throw invalid('SubjectAccessReview', '', [
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ]);
  return access({ user, groups }, spec, cluster);
}

interface Attributes {
  readonly verb?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

function access(
  who: { readonly user: string; readonly groups: readonly string[] },
  spec: Spec,
  { resources, denials }: Cluster,
): object {
  const { resourceAttributes, nonResourceAttributes } = spec as {
    readonly resourceAttributes?: Attributes;
    readonly nonResourceAttributes?: object;
  };
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined))
    throw invalid('SubjectAccessReview', '', [
      'spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ]);
  const { verb = '', group = '', resource: plural, namespace, name } = resourceAttributes ?? {};
  const resource = resources.find((one) => one.plural === plural && one.group === group);
  const attempt = { ...who, verb, namespace: namespace || null, name: name || null };
  const allowed = resource !== undefined && isAllowed({ ...attempt, resource }, denials);
  return { allowed };
}
