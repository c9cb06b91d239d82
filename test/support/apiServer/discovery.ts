import type { ServedResource } from './resources.ts';
import { noSuchPath } from './status.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** What `/version`, `/api`, `/apis` and the groups below them answer; undefined for other paths. */
export function discover(path: string, resources: readonly ServedResource[]): object | undefined {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.2' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    const groups = [...new Set(resources.map(({ group }) => group))].filter((name) => name !== '');
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((name) => apiGroup(name, resources)),
    };
  }
  if (path === '/api/v1') return resourceList('', 'v1', resources);
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (group === undefined) return undefined;
  return version === undefined
    ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, resources) }
    : resourceList(group, version, resources);
}

function apiGroup(name: string, resources: readonly ServedResource[]): object {
  const versions = [
    ...new Set(resources.filter(({ group }) => group === name).map((one) => one.version)),
  ];
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  if (entries.length === 0) throw noSuchPath();
  return { name, versions: entries, preferredVersion: entries[0] };
}

function resourceList(group: string, version: string, all: readonly ServedResource[]): object {
  const served = all.filter((one) => one.group === group && one.version === version);
  if (served.length === 0) throw noSuchPath();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: served.map(({ plural, kind, namespaced, shortNames }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: VERBS,
      shortNames,
    })),
  };
}
