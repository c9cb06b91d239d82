import type { WorkloadObject } from '../../../model/clusterObjects.ts';

/** What writes a workload's manifest again, so that a live patch of it would not last. */
export interface ManagedBy {
  readonly tool: 'Helm' | 'Argo CD' | 'Flux';
  /** Release, application or object that it belongs to; null where its labels do not say. */
  readonly name: string | null;
}

/** Recognises Argo CD, Flux and Helm by the labels and annotations that they set. */
export function managedBy(
  object: Pick<WorkloadObject, 'labels' | 'annotations'>,
): ManagedBy | null {
  const { labels, annotations } = object;
  const argo = annotations['argocd.argoproj.io/tracking-id'];
  const instance = labels['argocd.argoproj.io/instance'] ?? argo?.split(':', 1)[0];
  if (instance !== undefined) return { tool: 'Argo CD', name: instance };
  const flux = labels['helm.toolkit.fluxcd.io/name'] ?? labels['kustomize.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return { tool: 'Flux', name: flux };
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return { tool: 'Helm', name: release };
  const isHelm =
    labels['app.kubernetes.io/managed-by'] === 'Helm' ||
    labels['heritage'] === 'Helm' ||
    labels['helm.sh/chart'] !== undefined;
  return isHelm ? { tool: 'Helm', name: labels['app.kubernetes.io/instance'] ?? null } : null;
}
