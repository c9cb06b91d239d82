import { apiVersionOf, type ServedResource } from './resources.ts';

/** What a path of the API is about. */
export interface Target {
  readonly resource: ServedResource;
  readonly namespace: string | null;
  /** Null for a list. */
  readonly name: string | null;
  readonly subresource: string | null;
}

/** Reads a path such as `/apis/apps/v1/namespaces/shop/deployments/web`; undefined when nothing is served there. */
export function targetOf(path: string, resources: readonly ServedResource[]): Target | undefined {
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(.+)$/.exec(path);
  if (match === null) return undefined;
  const [, group = '', version = '', rest = ''] = match;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const parts = rest.split('/').map(decodeURIComponent);
  const served = (plural: string | undefined) =>
    resources.find((one) => one.plural === plural && apiVersionOf(one) === apiVersion);
  if (parts[0] === 'namespaces' && parts.length >= 3) {
    const resource = served(parts[2]);
    if (resource?.namespaced === true) {
      const [, namespace = null, , name = null, subresource = null] = parts;
      return { resource, namespace, name, subresource };
    }
  }
  const resource = served(parts[0]);
  if (resource === undefined) return undefined;
  const [, name = null, subresource = null] = parts;
  return { resource, namespace: null, name, subresource };
}
