import { metricName } from '../../model/resources.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Labels (or annotations) of one object from metrics and from its specification. Metrics tell what was true
 * in that very window, so they win where both speak; the specification adds the rest, and the true names of
 * labels that kube-state-metrics had to mangle (`app_kubernetes_io_name`).
 */
export function mergeLabels(measured: Labels, specified: Labels): Labels {
  const names = Object.keys(measured);
  if (names.length === 0) return specified;
  const trueNames = new Map<string, string>();
  for (const name of Object.keys(specified)) {
    const plain = metricName(name);
    trueNames.set(plain, name);
    trueNames.set(plain.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase(), name);
  }
  const merged: Record<string, string> = { ...specified };
  for (const name of names) {
    const value = measured[name];
    if (value !== undefined)
      merged[name in specified ? name : (trueNames.get(name) ?? name)] = value;
  }
  const sorted: Record<string, string> = {};
  for (const name of Object.keys(merged).sort()) sorted[name] = merged[name] as string;
  return sorted;
}
