import { NAMESPACE_NAME } from '../model/labelSelector.ts';
import { BILLING_LABELS } from '../model/nodeLabels.ts';
import { BARE_RUN_LABELS, RUN_LABELS } from './identity.ts';
import { metricName } from '../model/resources.ts';

/** Labels whose names kube-state-metrics mangles (`label_topology_kubernetes_io_zone`), by their true names. */
const WELL_KNOWN = [
  ...BILLING_LABELS,
  'app.kubernetes.io/component',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/name',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/version',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  NAMESPACE_NAME,
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/worker',
  'pod-security.kubernetes.io/enforce',
  'serving.knative.dev/service',
  ...RUN_LABELS,
  ...BARE_RUN_LABELS,
];

/** Gives kube-state-metrics' label names back their true form, as far as it can be known. */
export type RestoreName = (mangled: string) => string;

/**
 * Every character outside [a-zA-Z0-9_] became `_`, and kube-state-metrics v2 also made camelCase
 * snake_case, so the way back needs a list: well-known names and those that the configuration mentions.
 * An unknown name stays mangled.
 */
export function nameRestorer(mentioned: readonly string[]): RestoreName {
  const names = new Map<string, string>();
  for (const name of [...WELL_KNOWN, ...mentioned]) {
    const plain = metricName(name);
    names.set(plain, name);
    names.set(plain.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase(), name);
  }
  return (mangled) => names.get(mangled) ?? mangled;
}

/** The labels (`label_…`) or annotations (`annotation_…`) that a series of kube-state-metrics carries. */
export function carriedLabels(
  series: Readonly<Record<string, string>>,
  prefix: 'label_' | 'annotation_',
  restore: RestoreName,
): Readonly<Record<string, string>> {
  const carried: Record<string, string> = {};
  for (const key of Object.keys(series).sort()) {
    if (!key.startsWith(prefix)) continue;
    const name = restore(key.slice(prefix.length));
    if (!holdsWholeObject(name)) carried[name] = series[key] ?? '';
  }
  return carried;
}

/** kubectl keeps the whole object in an annotation, environment values and all: it is never read. */
export function holdsWholeObject(annotation: string): boolean {
  return /^kubectl[._]kubernetes[._]io[/_]last[-_]applied[-_]configuration$/.test(annotation);
}
