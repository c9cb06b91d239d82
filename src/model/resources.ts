/** A name as Prometheus can have it: every other character is an underscore. */
export function metricName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
