import type { RawMetadata, RawObject } from '../collect/kubernetes/rawObjects.ts';
import { selects, type LabelSelector } from '../model/labelSelector.ts';
import { ownValue } from '../model/ownValue.ts';
import { ResponseRefused } from './refusals.ts';

interface Resource {
  readonly base: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const RESOURCES: Readonly<Record<string, Resource>> = {
  Pod: { base: '/api/v1', plural: 'pods', namespaced: true },
  Node: { base: '/api/v1', plural: 'nodes', namespaced: false },
  Event: { base: '/api/v1', plural: 'events', namespaced: true },
  Deployment: { base: '/apis/apps/v1', plural: 'deployments', namespaced: true },
  StatefulSet: { base: '/apis/apps/v1', plural: 'statefulsets', namespaced: true },
  DaemonSet: { base: '/apis/apps/v1', plural: 'daemonsets', namespaced: true },
  ReplicaSet: { base: '/apis/apps/v1', plural: 'replicasets', namespaced: true },
  Job: { base: '/apis/batch/v1', plural: 'jobs', namespaced: true },
  CronJob: { base: '/apis/batch/v1', plural: 'cronjobs', namespaced: true },
  NetworkPolicy: {
    base: '/apis/networking.k8s.io/v1',
    plural: 'networkpolicies',
    namespaced: true,
  },
};

/** True for kinds that are read here as the workload of a finding. */
export function isReadable(kind: string): boolean {
  return kind !== 'Pod' && kind !== 'Node' && ownValue(RESOURCES, kind) !== undefined;
}

/** Names of namespaces and objects are an attacker's text: `..` would lead to another path. */
const NAME = /^[a-z0-9](?:[-a-z0-9.:]{0,251}[a-z0-9])?$/;

/** The path of an object, or of all objects of the kind. @throws ResponseRefused for what cannot be a name */
export function objectPath(kind: string, namespace: string | null, name?: string): string {
  const resource = ownValue(RESOURCES, kind);
  if (resource === undefined) throw new Error(`No path for the kind ${kind}`);
  const { base, plural, namespaced } = resource;
  for (const text of [namespaced ? (namespace ?? '') : 'none', name ?? 'none']) {
    if (!NAME.test(text))
      throw new ResponseRefused('not-found', `${JSON.stringify(text)} is no name of an object`);
  }
  const inside = namespaced ? `/namespaces/${namespace}` : '';
  return `${base}${inside}/${plural}${name === undefined ? '' : `/${name}`}`;
}

export function nameIn({ metadata }: RawObject): string {
  return metadata?.name ?? '';
}

export function uidOf({ metadata }: RawObject): string {
  return metadata?.uid ?? '';
}

export function versionOf({ metadata }: RawObject): string {
  return metadata?.resourceVersion ?? '';
}

type OwnerReference = NonNullable<RawMetadata['ownerReferences']>[number];

/** What controls the object; undefined where nothing does. */
export function controllerIn({ metadata }: RawObject): OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** What stands at a path in an object; null where nothing does. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let at: unknown = object;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null;
    at = (at as Record<string, unknown>)[key];
  }
  return at ?? null;
}

/** Whether a selector fits an object's labels; an operator that is not known counts as fitting. */
export function isSelected(selector: LabelSelector, { metadata }: RawObject): boolean {
  return selects(selector, metadata?.labels ?? {}, true);
}
