import { maxKnown, type Reading } from './reading.ts';

/**
 * Resources that every node and many containers have and that cost nothing, as a regular expression of their names in
 * kube-state-metrics: all others are read, also unknown ones.
 */
export const FREE_RESOURCES = 'ephemeral_storage|storage|pods|attachable_volumes_.*';

/** A name as Prometheus can have it: every other character is an underscore. */
export function metricName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

/** Requests and limits of one container, in cores and bytes; null: none or unknown, or for a proposal: leave it as it is. */
export interface Resources {
  readonly cpuRequestCores: Reading;
  readonly cpuLimitCores: Reading;
  readonly ramRequestBytes: Reading;
  readonly ramLimitBytes: Reading;
}

export const RESOURCE_FIELDS = [
  'cpuRequestCores',
  'cpuLimitCores',
  'ramRequestBytes',
  'ramLimitBytes',
] as const satisfies readonly (keyof Resources)[];

/** Requests and limits, one by one. */
export function makeResources(of: (field: keyof Resources) => Reading): Resources {
  return {
    cpuRequestCores: of('cpuRequestCores'),
    cpuLimitCores: of('cpuLimitCores'),
    ramRequestBytes: of('ramRequestBytes'),
    ramLimitBytes: of('ramLimitBytes'),
  };
}

export const NO_RESOURCES: Resources = makeResources(() => null);

/** The requests and limits alone of something that has more. */
export function resourcesOf(of: Resources): Resources {
  return makeResources((field) => of[field]);
}

/** The larger of each: during a rollout the pods of a workload differ. */
export function largestResources(a: Resources, b: Resources): Resources {
  return makeResources((field) => maxKnown(a[field], b[field]));
}
