/** Extended resources that are GPUs, by their names in Kubernetes; one a card. */
export const GPU_RESOURCES = [
  'nvidia.com/gpu',
  'amd.com/gpu',
  'gpu.intel.com/i915',
  'gpu.intel.com/xe',
] as const;

/** The same as kube-state-metrics writes them in its `resource` label. */
export const GPU_METRIC_RESOURCES: readonly string[] = GPU_RESOURCES.map(metricName);

/** A name as Prometheus can have it: every other character is an underscore. */
export function metricName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
