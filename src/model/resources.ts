/**
 * Resources that every node and many containers have and that cost nothing, as a regular expression of their names in
 * kube-state-metrics: all others are read, also unknown ones.
 */
export const FREE_RESOURCES = 'ephemeral_storage|storage|pods|attachable_volumes_.*';

/** A name as Prometheus can have it: every other character is an underscore. */
export function metricName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
