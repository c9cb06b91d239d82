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

/** Requests and limits of one container; null: none or unknown, or for a proposal: leave it as it is. */
export interface Resources {
  readonly cpuRequestCores: Reading;
  readonly cpuLimitCores: Reading;
  readonly ramRequestBytes: Reading;
  readonly ramLimitBytes: Reading;
}

function eachResource(of: (name: keyof Resources) => Reading): Resources {
  return {
    cpuRequestCores: of('cpuRequestCores'),
    cpuLimitCores: of('cpuLimitCores'),
    ramRequestBytes: of('ramRequestBytes'),
    ramLimitBytes: of('ramLimitBytes'),
  };
}

export const NO_RESOURCES: Resources = eachResource(() => null);

/** Those of an object that holds more. */
export function resourcesOf(all: Resources): Resources {
  return eachResource((name) => all[name]);
}

/** The larger of each: during a rollout pods differ. */
export function largestResources(a: Resources, b: Resources): Resources {
  return eachResource((name) => maxKnown(a[name], b[name]));
}
